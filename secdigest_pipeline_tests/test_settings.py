from datetime import date
from pathlib import Path

import pytest

from secdigest_pipeline.settings import DESCRIPTIONS, Settings, SettingsError, has_key, packaged


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
        ({"SECDIGEST_START": "soon"}, "SECDIGEST_START='soon' is not a date"),
        ({"SECDIGEST_ANALYST": "oracle"}, "SECDIGEST_ANALYST='oracle' is not auto"),
        ({"SECDIGEST_MODELS": " , "}, "SECDIGEST_MODELS names no model"),
        ({"SECDIGEST_MODEL_CALLS": "0"}, "SECDIGEST_MODEL_CALLS='0' is not between 1 and 64"),
        ({"SECDIGEST_PAGE_FETCHES": "many"}, "SECDIGEST_PAGE_FETCHES='many' is not a number"),
        ({"SECDIGEST_HOST_DELAY": "nan"}, "SECDIGEST_HOST_DELAY='nan' is not between 0 and 60"),
        ({"SECDIGEST_BATCH": "1"}, "SECDIGEST_BATCH='1' is not yes or no"),
        ({"SECDIGEST_CONTACT": "a\r\nX-Header: b"}, "SECDIGEST_CONTACT must be one line"),
        ({"SECDIGEST_CONNECT_TO": "a.example"}, "'a.example' is not of the form host=ip:port"),
        ({"SECDIGEST_CONNECT_TO": "a.example=127.0.0.1:http"}, "is not of the form host=ip:port"),
    ],
)
def test_an_unusable_value_is_named_with_what_the_setting_takes(env: dict[str, str], message: str) -> None:
    with pytest.raises(SettingsError, match=message):
        Settings.from_env(env)


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
    source = Path(packaged("feeds.yaml").parent, "secdigest_pipeline", "settings.py").read_text()
    read = {word for line in source.splitlines() for word in line.split('"') if word.startswith("SECDIGEST_")}
    assert {name for name in read if name.isidentifier()} <= set(DESCRIPTIONS)
