"""An invented article with labelled statements for the tests of the evaluations."""

from secdigest_pipeline.analysis.evals.corpora import Case, Labelled

TEXT = (
    "Norvane Rail said on Friday that 1,240 servers were switched off as a precaution. No customer data left the network.\n"
    "Pellworth Labs believes that the gang Pale Moth may be behind the intrusion, but calls the evidence thin.\n"
    "The company advises customers to change their passwords.\n"
)
SWITCHED_OFF = "1,240 servers were switched off as a precaution."
NO_DATA = "No customer data left the network."
BELIEVES = "Pellworth Labs believes that the gang Pale Moth may be behind the intrusion, but calls the evidence thin."
ADVISES = "The company advises customers to change their passwords."


def labelled(label: bool, kind: str, statement: str, quote: str, field: str = "summary") -> Labelled:
    return Labelled(statement, (quote,), field, label, kind)


def case(name: str = "c1") -> Case:
    """Five true statements and four distorted ones, a wrong number among them, which code alone catches."""
    statements = (
        labelled(True, "honest", "Norvane Railは予防のため1,240台のサーバーを停止した。", SWITCHED_OFF),
        labelled(True, "negation", "Norvane Railの顧客データは社外に持ち出されていない。", NO_DATA),
        labelled(True, "hedge", "Pellworth Labsは、Pale Mothが侵入に関わった可能性があるとみている。", BELIEVES),
        labelled(True, "advice", "Norvane Railの顧客はパスワードを変更する。", ADVISES, "recommendation"),
        labelled(True, "honest", "Norvane Rail、予防のためサーバー1,240台を停止", SWITCHED_OFF, "title"),
        labelled(False, "number", "Norvane Railは予防のため1,420台のサーバーを停止した。", SWITCHED_OFF),
        labelled(False, "negation", "Norvane Railの顧客データが社外に持ち出された。", NO_DATA),
        labelled(False, "roles", "Pale Mothは、Pellworth Labsが侵入に関わった可能性があるとみている。", BELIEVES),
        labelled(False, "advice", "Norvane Railの顧客は古いパスワードを使い続ける。", ADVISES, "recommendation"),
    )
    return Case(name, "en", "Norvane Rail switches servers off", "2026-10-02", "Sluice Report", TEXT, statements)
