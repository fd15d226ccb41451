from datetime import date
from pathlib import Path

import pytest

from secdigest_pipeline.base.settings import DESCRIPTIONS, Settings, SettingsError, has_key, packaged


def test_the_defaults_are_usable_and_are_what_the_readme_table_says() -> None:
    settings = Settings.from_env({})
    assert settings.data.path == str(Path("data").absolute())
    assert settings.start == date.fromisoformat(DESCRIPTIONS["SECDIGEST_START"][0])
    assert ",".join(settings.models) == DESCRIPTIONS["SECDIGEST_MODELS"][0]
    assert settings.feeds.is_file()
    assert settings.analyst == "extractive"
    assert packaged("dagster.yaml").is_file()


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
        ({"SECDIGEST_MODEL_CALLS": "0"}, "SECDIGEST_MODEL_CALLS='0' is not between 1 and 64"),
        ({"SECDIGEST_PAGE_FETCHES": "many"}, "SECDIGEST_PAGE_FETCHES='many' is not a number"),
        ({"SECDIGEST_HOST_DELAY": "nan"}, "SECDIGEST_HOST_DELAY='nan' is not between 0 and 60"),
        ({"SECDIGEST_BATCH": "1"}, "SECDIGEST_BATCH='1' is not yes or no"),
        ({"SECDIGEST_MODEL_CALLS": "8.5"}, "SECDIGEST_MODEL_CALLS='8.5' is not a whole number"),
        ({"SECDIGEST_MAX_USD_MONTH": "9" * 500}, "SECDIGEST_MAX_USD_MONTH='9{80}…' is not between"),
        ({"SECDIGEST_START": "20250101"}, "SECDIGEST_START='20250101' is not a date"),
        ({"SECDIGEST_START": "0001-01-01"}, "SECDIGEST_START=0001-01-01 is before 2000"),
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


def test_every_variable_that_is_read_is_described() -> None:
    source = Path(packaged("feeds.yaml").parent, "secdigest_pipeline", "base", "settings.py").read_text()
    read = {word for line in source.splitlines() for word in line.split('"') if word.startswith("SECDIGEST_")}
    assert {name for name in read if name.isidentifier()} <= {*DESCRIPTIONS, "SECDIGEST_"}
