"""What the planted set of meaning is made of: facts in two languages, each with a true and a distorted Japanese statement.

Slots: A and B firms, L researchers, P a product, M a malware, G and H gangs, n and m numbers (m the smaller), v a version, c a CVE.
Everything is invented. A distortion holds no value that its fact does not hold.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fact:
    """One sentence of an article in English and Japanese, what is true of it, and what is not."""

    kind: str
    english: str
    japanese: str
    true: str
    false: str
    field: str = "summary"


FACTS = (
    Fact(
        "negation",
        "{A} said that no customer data left its network and that {n} accounts were only locked as a precaution.",
        "{A}は、顧客のデータは社外に持ち出されておらず、{n}件のアカウントは念のため停止しただけだと説明した。",
        "{A}は顧客のデータは持ち出されていないとし、{n}件のアカウントは予防のために停止したと説明した。",
        "{A}は顧客のデータが持ち出されたとし、{n}件のアカウントをそのために停止したと説明した。",
    ),
    Fact(
        "negation",
        "{A} has not paid the ransom that {G} asked for, a spokesperson said, and it is not in contact with the group.",
        "{A}の広報担当者は、{G}が求めた身代金を支払っておらず、同集団と連絡も取っていないと述べた。",
        "{A}は、{G}が求めた身代金を支払っておらず、同集団とは連絡も取っていないと広報担当者が述べた。",
        "{A}は、{G}が求めた身代金を支払い、同集団と連絡を取っていると広報担当者が述べた。",
    ),
    Fact(
        "negation",
        "Changing the password does not end a session of {P}, {L} found; {n} stolen sessions stayed valid.",
        "{L}の検証では、{P}のパスワードを変えてもセッションは終了せず、盗まれた{n}件のセッションは有効なままだった。",
        "{L}によると、{P}ではパスワードを変更してもセッションは終了せず、盗まれた{n}件は有効なままだった。",
        "{L}によると、{P}ではパスワードを変更すればセッションは終了し、盗まれた{n}件は無効になった。",
    ),
    Fact(
        "negation",
        "The flaw {c} in {P} cannot be reached from the internet, {A} wrote, as the service listens on the local network only.",
        "{A}は、{P}の{c}はサービスがローカルネットワークでしか待ち受けないため、インターネットからは到達できないと記した。",
        "{A}によると、{P}の{c}はローカルネットワークからしか到達できず、インターネットからは到達できない。",
        "{A}によると、{P}の{c}はローカルネットワークに限らず、インターネットからも到達できる。",
    ),
    Fact(
        "roles",
        "{A} accused {B} of copying {n} files from its servers and took that firm to court.",
        "{A}は、{B}が自社のサーバーから{n}件のファイルを複製したと非難し、同社を提訴した。",
        "{A}は、{B}が自社のサーバーから{n}件のファイルを複製したとして、同社を提訴した。",
        "{B}は、{A}が自社のサーバーから{n}件のファイルを複製したとして、同社を提訴した。",
    ),
    Fact(
        "roles",
        "{A} bought its smaller rival {B} in March and took over the {n} customers of that firm.",
        "{A}は競合する小規模な{B}を3月に買収し、{n}社の顧客を引き継いだ。",
        "{A}は競合の{B}を3月に買収し、同社が抱えていた{n}社の顧客を引き継いだ。",
        "{B}は競合の{A}を3月に買収し、同社が抱えていた{n}社の顧客を引き継いだ。",
    ),
    Fact(
        "roles",
        "{L} reported the flaw in {P} to {A}, which paid the researchers {n} dollars.",
        "{L}が{P}の脆弱性を{A}に報告し、{A}は研究者らに{n}ドルを支払った。",
        "{L}が{P}の脆弱性を{A}に報告し、{A}はその研究者らに{n}ドルを支払った。",
        "{A}が{P}の脆弱性を{L}に報告し、{L}はその研究者らに{n}ドルを支払った。",
    ),
    Fact(
        "roles",
        "Members of {G} broke into a server of the rival gang {H} and published {n} of its chat messages.",
        "{G}のメンバーは、対立する{H}のサーバーに侵入し、同集団の会話{n}件を公開した。",
        "{G}のメンバーが、対立する犯罪集団{H}のサーバーに侵入し、その会話{n}件を公開した。",
        "{H}のメンバーが、対立する犯罪集団{G}のサーバーに侵入し、その会話{n}件を公開した。",
    ),
    Fact(
        "certainty",
        "{L} believes that {G} may be behind the intrusion at {A}, but calls the evidence thin.",
        "{L}は、{A}への侵入の背後に{G}がいる可能性があるとみるが、証拠は乏しいとしている。",
        "{L}は、{A}への侵入に{G}が関わった可能性があるとみているが、証拠は乏しいとしている。",
        "{L}は、{A}への侵入が{G}による犯行だったことを、証拠によって確認した。",
    ),
    Fact(
        "certainty",
        "The intruders possibly read {n} mailboxes of {A}; the logs of that week are missing.",
        "侵入者は{A}のメールボックス{n}件を閲覧した可能性があるが、その週のログは失われている。",
        "侵入者は{A}のメールボックス{n}件を閲覧した可能性があるが、その週のログは残っていない。",
        "侵入者が{A}のメールボックス{n}件を閲覧していたことが、調査によって判明した。",
    ),
    Fact(
        "certainty",
        "{G} claims to have taken {n} documents from {A}; the company has not confirmed this.",
        "{G}は{A}から{n}件の文書を盗んだと主張しているが、同社は確認していない。",
        "{G}は{A}から{n}件の文書を盗んだと主張しているものの、同社はこれを確認していない。",
        "{G}が{A}から{n}件の文書を盗み出していたことを、同社が確認した。",
    ),
    Fact(
        "certainty",
        "{M} is suspected to have been written with the help of a language model, {L} said.",
        "{L}によると、{M}は言語モデルの助けを借りて書かれた疑いがある。",
        "{L}は、マルウェアの{M}が言語モデルの助けを借りて作成された疑いがあると述べた。",
        "{L}は、マルウェアの{M}が言語モデルの助けを借りて作成されたことを突き止めた。",
    ),
    Fact(
        "overgeneral",
        "Only the enterprise edition of {P} is affected; the {n} users of the free edition need not act.",
        "影響を受けるのは{P}の企業向けの版に限られ、無料版の{n}人の利用者は対応の必要がない。",
        "影響を受けるのは{P}の企業向けの版だけで、無料版を使う{n}人に対応は必要ない。",
        "{P}のすべての版が影響を受け、無料版を使う{n}人にも対応が必要になる。",
    ),
    Fact(
        "overgeneral",
        "Some of the {n} routers that {L} looked at still ran the old firmware.",
        "{L}が調べた{n}台のルーターの一部では、古いファームウェアがまだ動いていた。",
        "{L}が調べた{n}台のルーターのうち一部は、古いファームウェアのまま動いていた。",
        "{L}が調べた{n}台のルーターは、すべて古いファームウェアのまま動いていた。",
    ),
    Fact(
        "overgeneral",
        "Most of the {n} stores of {A} reopened on Monday, a few remain closed.",
        "{A}の{n}店舗の大半は月曜日に営業を再開したが、数店舗は閉まったままだ。",
        "{A}の{n}店舗の大半は月曜日に営業を再開したが、閉まったままの店舗もわずかにある。",
        "{A}の{n}店舗は月曜日に例外なく全店が営業を再開し、閉まったままの店舗はない。",
    ),
    Fact(
        "overgeneral",
        "In one of the {n} cases that {L} handled, the attackers deleted the backups.",
        "{L}が対応した{n}件のうち1件で、攻撃者はバックアップを削除していた。",
        "{L}が対応した{n}件のうち1件では、攻撃者がバックアップを削除していた。",
        "{L}が対応した{n}件のいずれでも、攻撃者は必ずバックアップを削除していた。",
    ),
    Fact(
        "cause",
        "Why the servers of {A} failed for {n} minutes is not known; the company rules out an attack.",
        "{A}のサーバーが{n}分間停止した原因は分かっておらず、同社は攻撃ではないとしている。",
        "{A}のサーバーが{n}分間停止した原因は不明だが、同社は攻撃によるものではないとしている。",
        "{A}のサーバーが{n}分間停止した原因は、外部から受けた攻撃だったことが分かった。",
    ),
    Fact(
        "cause",
        "The leak at {A} goes back to a backup drive that an employee left in a train, not to the flaw in {P}.",
        "{A}の情報漏えいは、{P}の脆弱性ではなく、社員が電車に置き忘れたバックアップ用ドライブによるものだった。",
        "{A}の情報漏えいは、社員がバックアップ用ドライブを電車に置き忘れたことが原因で起きた。",
        "{A}の情報漏えいは、同社が使っていた{P}の脆弱性が原因で起きた。",
    ),
    Fact(
        "cause",
        "{A} closed its {n} offices on Friday because of a storm; the phishing wave of that week played no part, it said.",
        "{A}は嵐のため金曜日に{n}か所の事務所を閉鎖した。同社は、その週のフィッシングの急増は関係ないとしている。",
        "{A}が金曜日に{n}か所の事務所を閉鎖したのは嵐のためで、フィッシングの急増は関係ないという。",
        "{A}が金曜日に{n}か所の事務所を閉鎖したのは、その週にフィッシングが急増したためだという。",
    ),
    Fact(
        "cause",
        "How {M} got onto the {n} machines of {A} is still unknown, {L} wrote.",
        "{L}は、{M}が{A}の{n}台の端末にどう入り込んだかはまだ分からないと記した。",
        "{L}によると、{M}が{A}の端末{n}台に入り込んだ経路はまだ分かっていない。",
        "{L}によると、{M}は社員がメールの添付ファイルを開いたことで{A}の端末{n}台に入り込んだ。",
    ),
    Fact(
        "tense",
        "{A} plans to switch off the old interface of {P} next spring; until then it stays in use.",
        "{A}は{P}の古いインターフェースを来春に停止する計画で、それまでは利用できる。",
        "{A}は{P}の古いインターフェースを来春に停止する計画で、それまでは引き続き利用できる。",
        "{A}は{P}の古いインターフェースをすでに停止し、利用者は接続できなくなった。",
    ),
    Fact(
        "tense",
        "{A} will release version {v} of {P}, which closes the hole, on October 24.",
        "{A}は、この穴を塞ぐ{P}の{v}を10月24日に公開する予定である。",
        "{A}は、この穴を塞ぐ{P}の新しいバージョン{v}を10月24日に公開する予定である。",
        "{A}は、この穴を塞ぐ{P}の新しいバージョン{v}を10月24日に公開済みである。",
    ),
    Fact(
        "tense",
        "The regulator is considering a fine of {n} dollars against {A}; nothing has been decided.",
        "規制当局は{A}への{n}ドルの制裁金を検討しているが、何も決まっていない。",
        "規制当局は{A}に{n}ドルの制裁金を科すことを検討しているが、まだ決定していない。",
        "規制当局は{A}に{n}ドルの制裁金を科すことを決定し、同社に支払いを命じた。",
    ),
    Fact(
        "tense",
        "{A} announced that it will notify the {n} customers concerned in the coming weeks.",
        "{A}は、該当する{n}人の顧客に今後数週間で通知すると発表した。",
        "{A}は、該当する{n}人の顧客に今後数週間のうちに通知する方針を発表した。",
        "{A}は、該当する{n}人の顧客への通知をすでに終えたと発表した。",
    ),
    Fact(
        "advice",
        "{L} advises victims of {M} not to pay and to call the police.",
        "{L}は{M}の被害者に対し、金銭を支払わず警察へ連絡するよう勧めている。",
        "{M}の被害に遭った場合は、金銭を支払わずに警察へ連絡する。",
        "{M}の被害に遭った場合は、警察へ連絡せずに金銭を支払う。",
        "recommendation",
    ),
    Fact(
        "advice",
        "Administrators of {P} should install {v} at once and must not restart the device before that.",
        "{P}の管理者は直ちに{v}を適用し、それまで装置を再起動してはならない。",
        "{P}の管理者は{v}を直ちに適用し、その前に装置を再起動しない。",
        "{P}の管理者は{v}を適用する前に、まず装置を直ちに再起動する。",
        "recommendation",
    ),
    Fact(
        "advice",
        "Users of {P} do not have to change their passwords, {A} wrote, but should end old sessions.",
        "{A}によると、{P}の利用者はパスワードを変更する必要はないが、古いセッションは終了すべきである。",
        "{P}の利用者は古いセッションを終了する。パスワードの変更は必要ない。",
        "{P}の利用者は直ちにパスワードを変更する。古いセッションの終了は必要ない。",
        "recommendation",
    ),
    Fact(
        "advice",
        "{L} recommends switching off the preview function of {P} until the update is there.",
        "{L}は、更新が出るまで{P}のプレビュー機能を停止するよう推奨している。",
        "更新が公開されるまでの間は、{P}のプレビュー機能を停止する。",
        "更新が公開されるまでの間は、{P}のプレビュー機能を有効に保つ。",
        "recommendation",
    ),
    Fact(
        "speaker",
        "{L} stands by its count of {n} exposed servers, while {A} called the report exaggerated.",
        "{L}は公開状態のサーバーが{n}台という集計を維持し、{A}は報告を誇張だとした。",
        "{L}は公開状態のサーバーを{n}台とする集計を維持し、{A}はこの報告を誇張だと述べた。",
        "{A}は公開状態のサーバーを{n}台とする集計を維持し、{L}はこの報告を誇張だと述べた。",
    ),
    Fact(
        "speaker",
        "According to {G} the archive stolen from {A} holds {n} records; the company names no figure.",
        "{G}によると、{A}から盗まれた書庫には{n}件の記録がある。同社は件数を示していない。",
        "{G}は、{A}から盗んだ書庫に{n}件の記録があるとしているが、同社は件数を示していない。",
        "{A}は、{G}に盗まれた書庫に{n}件の記録があることを自ら明らかにした。",
    ),
    Fact(
        "speaker",
        "{L} wrote that the fix of {P} is incomplete; {A} disagrees.",
        "{L}は{P}の修正が不完全だと記したが、{A}は同意していない。",
        "{L}は{P}の修正が不完全だと指摘したが、開発元の{A}はこれに同意していない。",
        "{A}は{P}の修正が不完全だと認めたが、調査した{L}はこれに同意していない。",
    ),
    Fact(
        "speaker",
        "A customer of {A} who did not want to be named said that the outage had lasted {n} minutes.",
        "名前を明かさない{A}の顧客は、障害が{n}分間続いたと話した。",
        "{A}の顧客の一人は匿名を条件に、障害が{n}分間続いたと話した。",
        "{A}は公式の発表の中で、障害が{n}分間続いたことを認めた。",
    ),
    Fact(
        "subject",
        "{L} counted {n} servers of {P} on the internet, of which {m} had not been updated.",
        "{L}はインターネット上に{P}のサーバーを{n}台数え、うち{m}台が更新されていなかった。",
        "{L}の調査では、インターネット上の{P}のサーバー{n}台のうち{m}台が更新されていなかった。",
        "{L}の調査では、インターネット上の{P}のサーバーのうち{n}台が更新されていなかった。",
    ),
    Fact(
        "subject",
        "{A} has {n} employees; the data of {m} of them were published.",
        "{A}には{n}人の従業員がおり、うち{m}人のデータが公開された。",
        "{A}の従業員は{n}人で、そのうち{m}人のデータが公開された。",
        "{A}では、同社で働く従業員{n}人のデータが公開された。",
    ),
    Fact(
        "subject",
        "The fine against {A} amounts to {n} dollars, that against {B} to {m} dollars.",
        "制裁金は{A}に対して{n}ドル、{B}に対して{m}ドルである。",
        "当局が科した制裁金は、{A}に対して{n}ドル、{B}に対して{m}ドルである。",
        "当局が科した制裁金は、{B}に対して{n}ドル、{A}に対して{m}ドルである。",
    ),
    Fact(
        "subject",
        "{M} took {n} passwords from {m} computers of {A}.",
        "{M}は{A}の{m}台のコンピューターから{n}件のパスワードを盗んだ。",
        "{M}は{A}のコンピューター{m}台から、合わせて{n}件のパスワードを盗んだ。",
        "{M}は{A}のコンピューター{n}台から、合わせて{m}件のパスワードを盗んだ。",
    ),
    Fact(
        "condition",
        "{c} can be exploited only if the remote administration of {P} is switched on, which it is not by default.",
        "{c}を悪用できるのは{P}の遠隔管理が有効な場合に限られ、初期設定では無効である。",
        "{c}を悪用できるのは{P}の遠隔管理が有効な場合だけで、初期設定では無効になっている。",
        "{c}は、{P}の遠隔管理が有効かどうかにかかわらず、初期設定のまま悪用できる。",
    ),
    Fact(
        "condition",
        "{A} will refund its {n} customers if they apply by the end of October.",
        "{A}は、10月末までに申請すれば{n}人の顧客に返金する。",
        "{A}は{n}人の顧客に、10月末までに申請した場合に限って返金する。",
        "{A}は{n}人の顧客に、申請の有無を問わず10月末に返金する。",
    ),
    Fact(
        "condition",
        "Unless it is registered by Friday, a shop on {P} will be closed, {A} told {n} sellers.",
        "{A}は{n}の出店者に、金曜日までに登録しなければ{P}の店舗を閉鎖すると伝えた。",
        "{A}は{n}の出店者に、金曜日までに登録しない場合は{P}の店舗を閉鎖すると伝えた。",
        "{A}は{n}の出店者に、登録の有無を問わず金曜日に{P}の店舗を閉鎖すると伝えた。",
    ),
    Fact(
        "condition",
        "{M} runs only where a Japanese keyboard is set; on all other systems it deletes itself.",
        "{M}は日本語キーボードが設定された環境でのみ動作し、ほかの環境では自らを削除する。",
        "{M}が動作するのは日本語キーボードを設定した端末だけで、ほかの端末では自らを削除する。",
        "{M}はキーボードの設定を問わずどの端末でも動作し、動作を終えると自らを削除する。",
    ),
    Fact(
        "order",
        "{G} first copied {n} documents of {A} and only then encrypted the servers.",
        "{G}はまず{A}の文書{n}件を複製し、その後にサーバーを暗号化した。",
        "{G}は最初に{A}の文書{n}件を複製し、サーバーを暗号化したのはその後だった。",
        "{G}は最初に{A}のサーバーを暗号化し、文書{n}件を複製したのはその後だった。",
    ),
    Fact(
        "order",
        "{A} informed the authority on September 3 and its customers on September 9.",
        "{A}は9月3日に当局へ、9月9日に顧客へ知らせた。",
        "{A}は9月3日にまず当局へ報告し、9月9日になって顧客に知らせた。",
        "{A}は9月3日にまず顧客に知らせ、9月9日になって当局へ報告した。",
    ),
    Fact(
        "order",
        "{M} checks the language of the system before it fetches its second stage.",
        "{M}はシステムの言語を確認してから次の段階を取得する。",
        "{M}は先にシステムの言語を確認し、それから次の段階のプログラムを取得する。",
        "{M}は先に次の段階のプログラムを取得し、それからシステムの言語を確認する。",
    ),
    Fact(
        "order",
        "Only after {L} had published its report did {A} withdraw the {n} certificates.",
        "{A}が{n}件の証明書を失効させたのは、{L}が報告書を公開した後だった。",
        "{L}が報告書を公開した後になって、{A}は{n}件の証明書を失効させた。",
        "{A}が{n}件の証明書を失効させた後になって、{L}は報告書を公開した。",
    ),
    Fact(
        "exploitation",
        "{A} is not aware of any exploitation of {c} in {P}.",
        "{A}は、{P}の{c}の悪用を把握していない。",
        "{A}によると、{P}の脆弱性{c}の悪用は確認されていない。",
        "{A}によると、{P}の脆弱性{c}は実際の攻撃で悪用されている。",
        "note",
    ),
    Fact(
        "exploitation",
        "{c} in {P} is being exploited, and a fix does not exist yet, {L} warns.",
        "{L}は、{P}の{c}が悪用されており、修正はまだ存在しないと警告している。",
        "{L}によると、{P}の{c}はすでに悪用されているが、修正はまだ公開されていない。",
        "{L}によると、{P}の{c}は修正がすでに公開されており、悪用は確認されていない。",
        "note",
    ),
    Fact(
        "exploitation",
        "There is no evidence that the {n} keys stolen from {A} were misused.",
        "{A}から盗まれた{n}件の鍵が悪用された形跡はない。",
        "{A}から盗まれた{n}件の鍵について、悪用された形跡は見つかっていない。",
        "{A}から盗まれた{n}件の鍵は、その後の攻撃で実際に悪用された。",
        "note",
    ),
    Fact(
        "exploitation",
        "The hole in {P} was closed in {v} before anybody abused it, {A} says.",
        "{A}によると、{P}の穴は誰かに悪用される前に{v}で塞がれた。",
        "{A}によると、{P}の欠陥は{v}で修正され、修正の前に悪用されたことはない。",
        "{A}によると、{P}の欠陥は{v}で修正されたが、修正の前に悪用されていた。",
        "note",
    ),
)

FIRST = (
    "Alder Brisk Corvan Dunmere Elsted Farrow Grantley Hexwold Inver Jorvale Kestwick Lomond Marrick Norvane Osterby Penhurst "
    "Quenby Ravelin Storrow Tidmarsh Umberly Vantry Wexcombe Yarrowby"
).split()
SECOND = "Freight Foods Grid Mutual Motors Paper Rail Retail Shipping Textiles Travel Water".split()
LABS = tuple(
    f"{name} {kind}"
    for name in "Pellworth Quarrier Rushmere Selwick Tamsin Ulverton".split()
    for kind in ("Labs", "Watch")
)
PRODUCTS = tuple(
    f"{first}{second}"
    for first in "Arbor Cairn Drift Ember Fathom Glide".split()
    for second in ("Desk", "Port", "Mail", "Vault")
)
MALWARE = tuple(
    f"{first}{second}" for first in "Ash Copper Frost Slate".split() for second in ("Crow", "Thorn", "Vine")
)
GANGS = tuple(
    f"{first} {second}" for first in ("Hollow", "Pale", "Rusted") for second in ("Anchor", "Lantern", "Moth", "Spindle")
)
RIVALS = "Bitter Quill"
PLACES = "Carrowmore Westhaven Oldbridge Nethercombe Stonequay".split()
