import re
from datetime import date
from pathlib import Path

import pytest

from secdigest_pipeline.base.settings import FIELDS, Settings, SettingsError, has_key, in_use, packaged, settings_table


def test_the_defaults_are_usable_and_are_those_the_table_shows() -> None:
    settings = Settings.from_env({})
    rows = [[cell.strip(" `") for cell in line.split("|")[1:-1]] for line in settings_table().splitlines()[2:]]
    shown = {name: default for name, default, _, _ in rows if default}
    assert shown["SECDIGEST_DATA"] == "data" and shown["SECDIGEST_HOST_DELAY"] == "1"
    assert Settings.from_env(shown) == settings
    assert settings.data.path == str(Path("data").absolute())
    assert settings.start == date(2025, 1, 1)
    assert settings.feeds.is_file()
    assert (settings.analyst, settings.batch, settings.connect_to, settings.ioc_list) == ("extractive", False, {}, None)
    assert packaged("dagster.yaml").is_file()


def test_every_setting_is_described_with_what_it_takes_and_numbers_with_bound_and_unit() -> None:
    for name, field in FIELDS.items():
        row = next(line for line in settings_table().splitlines() if line.startswith(f"| `{name}` |"))
        takes, what = (cell.strip() for cell in row.split("|")[3:5])
        assert takes and what.endswith("."), name
        if field.annotation in (int, float):
            assert re.fullmatch(r"a (whole )?number from \d+ to \d+ [A-Za-z]+", takes), name


@pytest.mark.parametrize(
    ("env", "message"),
    [
        ({"SECDIGEST_MODEL": "x"}, "^'SECDIGEST_MODEL' is no setting; is SECDIGEST_MODELS meant[?]$"),
        ({"SECDIGEST_DATA_DIR": "x"}, "is SECDIGEST_DATA meant"),
        ({"SECDIGEST_ANALYSER": "x"}, "is SECDIGEST_ANALYST meant"),
        ({"SECDIGEST_PAGE_FETCH": "x"}, "is SECDIGEST_PAGE_FETCHES meant"),
        ({"secdigest_data": "x"}, "'secdigest_data' is no setting; is SECDIGEST_DATA meant"),
        ({"SECDIGEST_XYZZY": "x"}, "^'SECDIGEST_XYZZY' is no setting$"),
        ({"SECDIGEST_START": "soon"}, "SECDIGEST_START='soon' is not a date"),
        ({"SECDIGEST_ANALYST": "oracle"}, "SECDIGEST_ANALYST='oracle' is not auto"),
        ({"SECDIGEST_MODELS": " , "}, "SECDIGEST_MODELS names no model"),
        ({"SECDIGEST_MODEL_CALLS": "0"}, "SECDIGEST_MODEL_CALLS='0' is not a whole number from 1 to 64 calls"),
        ({"SECDIGEST_PAGE_FETCHES": "many"}, "SECDIGEST_PAGE_FETCHES='many' is not a whole number from 1 to 128"),
        ({"SECDIGEST_HOST_DELAY": "nan"}, "SECDIGEST_HOST_DELAY='nan' is not a number from 0 to 60 seconds"),
        ({"SECDIGEST_BATCH": "1"}, "SECDIGEST_BATCH='1' is not yes or no"),
        ({"SECDIGEST_MODEL_CALLS": "8.5"}, "SECDIGEST_MODEL_CALLS='8.5' is not a whole number from 1 to 64 calls"),
        (
            {"SECDIGEST_MAX_USD_MONTH": "9" * 500},
            "SECDIGEST_MAX_USD_MONTH='9{80}…' is not a number from 0 to 100000 USD",
        ),
        ({"SECDIGEST_START": "20250101"}, "SECDIGEST_START='20250101' is not a date of the form YYYY-MM-DD"),
        ({"SECDIGEST_START": "0001-01-01"}, "SECDIGEST_START='0001-01-01' is not a date .*, 2000-01-01 or later"),
        ({"SECDIGEST_MODELS": "claude\nhaiku"}, r"SECDIGEST_MODELS: 'claude\\nhaiku' is no name of a model"),
        ({"SECDIGEST_MODELS": ",".join(f"m{n}" for n in range(11))}, "SECDIGEST_MODELS names 11 models"),
        ({"SECDIGEST_DATA": "a\0b"}, "SECDIGEST_DATA must be one line of at most 1000 printable characters"),
        ({"SECDIGEST_OUT": "x" * 1001}, "SECDIGEST_OUT must be one line of at most 1000"),
        ({"SECDIGEST_FEEDS": "feeds\n.yaml"}, "SECDIGEST_FEEDS must be one line"),
        ({"SECDIGEST_DATA": "nowhere://x"}, "SECDIGEST_DATA='nowhere://x' is no location that fsspec can open"),
        ({"SECDIGEST_OUT": "https://x.example/"}, "SECDIGEST_OUT='https://x.example/' .* cannot be written"),
        ({"SECDIGEST_KEV_URL": "ftp://kev.example/kev.json"}, "SECDIGEST_KEV_URL is not an http or https URL"),
        ({"SECDIGEST_KEV_URL": "https:///kev.json"}, "SECDIGEST_KEV_URL is not an http or https URL with a host"),
        ({"SECDIGEST_EPSS_URL": "https://epss.example:99999/"}, "SECDIGEST_EPSS_URL is not an http or https URL"),
        ({"ANTHROPIC_BASE_URL": "localhost:8080"}, "ANTHROPIC_BASE_URL is not an http or https URL with a host"),
        ({"SECDIGEST_CONTACT": "a\r\nX-Header: b"}, "SECDIGEST_CONTACT must be one line"),
        ({"SECDIGEST_CONTACT": "連絡先"}, "SECDIGEST_CONTACT must be ASCII"),
        ({"SECDIGEST_CONNECT_TO": "a.example=127.0.0.1:70000"}, "is not of the form host=ip:port"),
        ({"SECDIGEST_CONNECT_TO": "a.example=localhost:80"}, "is not of the form host=ip:port"),
        ({"SECDIGEST_CONNECT_TO": "a.example"}, "'a.example' is not of the form host=ip:port"),
        ({"SECDIGEST_CONNECT_TO": "a.example=127.0.0.1:http"}, "is not of the form host=ip:port"),
    ],
)
def test_an_unusable_value_is_named_with_what_the_setting_takes(env: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.from_env(env)


@pytest.mark.parametrize("name", ["SECDIGEST_KEV_URL", "SECDIGEST_EPSS_URL", "ANTHROPIC_BASE_URL", "SECDIGEST_CONTACT"])
@pytest.mark.parametrize(
    "url", ["https://user:hunter2@one.example/x", "http://hunter2@one.example", "https://a@b:hunter2@c/"]
)
def test_a_url_with_credentials_is_refused_without_repeating_them(name: str, url: str) -> None:
    with pytest.raises(SettingsError, match=f"^{name} must not carry credentials") as caught:
        Settings.from_env({name: url})
    assert "hunter2" not in str(caught.value) and caught.value.__cause__ is None


@pytest.mark.parametrize(
    "env",
    [
        {"SECDIGEST_KEV_URL": "https://kev.example/kev.json?api_key=hunter2"},
        {"SECDIGEST_EPSS_URL": "https://epss.example/x?a=1&to%6ben=hunter2"},
        {"SECDIGEST_CONTACT": "https://desk.example/?key=hunter2"},
        {"ANTHROPIC_BASE_URL": "https://api.example/?secret=hunter2"},
        {"SECDIGEST_DATA": "memory://bucket/x?password=hunter2"},
        {"SECDIGEST_DATA": "memory://bucket/x?hunter2"},
        {"SECDIGEST_OUT": "memory://key:a/hunter2@bucket/x"},
        {"SECDIGEST_OUT": "zip://x::https://u:hunter2@one.example/"},
        {"SECDIGEST_OUT": "simplecache::s3://u:hunter2@bucket/"},
        {"SECDIGEST_OUT": "nowhere://bucket:hunter2/x"},
        {"SECDIGEST_FEEDS": "https://u:hunter2@one.example/feeds.yaml"},
        {"SECDIGEST_IOC_LIST": "https://one.example/list.csv?token=hunter2"},
        {"SECDIGEST_CONNECT_TO": "a.example=http://u:hunter2@127.0.0.1:80"},
        {"SECDIGEST_START": "postgresql://u:hunter2@db/x"},
        {"SECDIGEST_ANALYST": "sk-ant-api03-hunter2"},
        {"SECDIGEST_MODELS": "sk-ant-api03-hunter2"},
        {"SECDIGEST_MODEL_CALLS": "password=hunter2"},
        {"SECDIGEST_HOST_DELAY": "https://one.example/?password=hunter2"},
    ],
)
def test_a_credential_that_stands_in_the_wrong_place_is_refused_and_never_repeated(env: dict[str, str]) -> None:
    with pytest.raises(SettingsError, match=f"^{next(iter(env))}") as caught:
        Settings.from_env(env)
    assert "hunter2" not in str(caught.value)


def test_a_location_is_refused_with_a_password_and_taken_with_a_container() -> None:
    with pytest.raises(SettingsError, match="SECDIGEST_DATA must not carry credentials"):
        Settings.from_env({"SECDIGEST_DATA": "memory://key:hunter2@bucket/x"})
    assert Settings.from_env({"SECDIGEST_DATA": "memory://container@account/x"}).data.protocol == "memory"


def test_auto_means_anthropic_exactly_when_a_key_is_set() -> None:
    assert Settings.from_env({"ANTHROPIC_API_KEY": "k"}).analyst == "anthropic"
    assert Settings.from_env({"ANTHROPIC_API_KEY": ""}).analyst == "extractive"
    assert Settings.from_env({"ANTHROPIC_API_KEY": "k", "SECDIGEST_ANALYST": "extractive"}).analyst == "extractive"
    assert has_key({"ANTHROPIC_AUTH_TOKEN": "t"})
    assert not has_key({})


def test_settings_never_hold_the_key() -> None:
    assert "sk-very-secret" not in repr(Settings.from_env({"ANTHROPIC_API_KEY": "sk-very-secret"}))


def test_routes_and_object_store_locations_are_read() -> None:
    settings = Settings.from_env(
        {"SECDIGEST_CONNECT_TO": "*.Example=127.0.0.1:80, b.test=[::1]:8080", "SECDIGEST_DATA": "memory://bucket/x"}
    )
    assert settings.connect_to == {"*.example": ("127.0.0.1", 80), "b.test": ("::1", 8080)}
    assert settings.data.protocol == "memory"


def test_everything_that_cannot_be_used_is_said_in_one_line_and_no_error_behind_it_holds_a_value() -> None:
    env = {"SECDIGEST_MODEL_CALLS": "0", "SECDIGEST_KEV_URL": "https://u:hunter2@kev.example/", "SECDIGEST_BATCH": "1"}
    with pytest.raises(SettingsError) as caught:
        Settings.from_env(env)
    assert str(caught.value) == (
        "SECDIGEST_MODEL_CALLS='0' is not a whole number from 1 to 64 calls; SECDIGEST_BATCH='1' is not yes or no; "
        "SECDIGEST_KEV_URL must not carry credentials (the part before @)"
    )
    assert caught.value.__context__ is None


def test_bounds_belong_to_what_a_setting_takes_and_an_empty_variable_is_none() -> None:
    for calls in ("1", "64"):
        assert Settings.from_env({"SECDIGEST_MODEL_CALLS": calls}).model_calls == int(calls)
    assert Settings.from_env({"SECDIGEST_MAX_USD_EDITION": "0", "SECDIGEST_HOST_DELAY": "0.5"}).max_usd_edition == 0
    assert Settings.from_env(dict.fromkeys(FIELDS, "")) == Settings.from_env({})


def test_only_the_variables_that_are_handed_over_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECDIGEST_MODEL_CALLS", "3")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "k")
    assert Settings.from_env().model_calls == 3 and Settings.from_env().analyst == "anthropic"
    assert Settings.from_env({}).model_calls == 8 and Settings.from_env({}).analyst == "extractive"


def test_what_is_in_use_is_listed_and_of_a_credential_only_that_it_is_set() -> None:
    env = {
        "SECDIGEST_PG_URL": "postgresql+psycopg2://me:hunter2@db.example/x",
        "ANTHROPIC_API_KEY": "sk-ant-hunter2",
        "ANTHROPIC_AUTH_TOKEN": "hunter2",
        "SECDIGEST_MODEL_CALLS": "3",
    }
    listed = dict(in_use(env))
    assert listed.keys() == FIELDS.keys() and "hunter2" not in str(listed)
    assert listed["SECDIGEST_PG_URL"] == "set (a credential, never kept or shown)"
    assert listed["SECDIGEST_MODEL_CALLS"] == "3 (a whole number from 1 to 64 calls)"
    assert listed["SECDIGEST_PAGE_FETCHES"] == "16 (default; a whole number from 1 to 128 fetches)"
    assert listed["SECDIGEST_CONTACT"].startswith("not set (ASCII")
