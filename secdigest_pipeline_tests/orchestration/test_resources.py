"""The resources as the UI's resource page shows them: each with the settings it is made by, none with a secret."""

import json
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.remote_representation.external_data import RepositorySnap, ResourceSnap

from secdigest_pipeline.base.settings import Settings, SettingsError
from secdigest_pipeline.definitions import build_defs
from secdigest_pipeline.orchestration.resources import resources
from secdigest_pipeline.orchestration.services import Model, Services

# Dagster's own: the snapshot of a schedule reads a property of before
pytestmark = pytest.mark.filterwarnings("ignore:Property .ScheduleDefinition.environment_vars:DeprecationWarning")
KEY = "sk-ant-api03-an-invented-key-of-the-tests-0123456789"


def shown(env: dict[str, str]) -> dict[str, ResourceSnap]:
    """The resources that the code location tells the UI of, by name."""
    repository = build_defs(Services(Settings.from_env(env))).get_repository_def()
    return {resource.name: resource for resource in RepositorySnap.from_def(repository).resources or ()}


def values(resource: ResourceSnap) -> dict[str, object]:
    return {name: json.loads(str(value)) for name, value in resource.configured_values.items()}


def test_each_resource_shows_its_settings_what_they_mean_and_who_uses_it(tmp_path: Path) -> None:
    env = {"SECDIGEST_DATA": str(tmp_path), "SECDIGEST_PAGE_FETCHES": "7", "SECDIGEST_MODELS": "claude-sonnet-5"}
    env |= {"SECDIGEST_CONNECT_TO": "*.test=127.0.0.1:8080", "SECDIGEST_CONTACT": "https://desk.example/"}
    env |= {"SECDIGEST_MODEL_PRICES": "claude-sonnet-5=2.2/11, qwen3=0/0"}
    found = shown(env)
    assert found.keys() == {"settings", "archive", "pages", "http", "model", "tables", "io_manager"}
    assert values(found["archive"]) == {"folder": str(tmp_path / "archive")}
    assert values(found["pages"]) == {"folder": str(tmp_path / "pages")}
    assert values(found["tables"]) == {"folder": str(tmp_path / "tables")}
    assert values(found["http"]) == {
        "page_fetches": 7, "host_delay": 1.0, "contact": "https://desk.example/", "connect_to": "*.test=127.0.0.1:8080",
    }  # fmt: skip
    assert values(found["model"]) == {
        "folder": str(tmp_path / "llm"), "analyst": "extractive", "models": "claude-sonnet-5", "model_calls": 8,
        "provider": "anthropic", "model_prices": "claude-sonnet-5=2.2/11, qwen3=0/0",
        "max_usd_edition": 1.0, "max_usd_month": 20.0, "batch": False, "check": True,
    }  # fmt: skip
    assert values(found["settings"])["data"] == str(tmp_path)
    for name in ("settings", "archive", "pages", "http", "model", "tables"):
        assert found[name].resource_snapshot.description
        assert all(field.description for field in found[name].config_field_snaps)
        assert found[name].asset_keys_using
    users = {key.path[-1] for key in found["model"].asset_keys_using}
    assert users == {"article_analyses"}, "an asset asks for what it uses"


@pytest.mark.parametrize("where", ["ANTHROPIC_API_KEY", "SECDIGEST_PG_URL"])
def test_no_secret_is_shown_even_where_somebody_put_it_into_another_setting(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    secret = KEY if where == "ANTHROPIC_API_KEY" else "hunter2hunter2"
    monkeypatch.setenv(where, KEY if secret == KEY else f"postgresql+psycopg2://me:{secret}@db.example/x")
    env = {"SECDIGEST_DATA": str(tmp_path / secret), "SECDIGEST_CONTACT": f"desk {secret}", "ANTHROPIC_API_KEY": KEY}
    told = json.dumps([values(one) for name, one in shown(env).items() if name != "io_manager"])
    assert secret not in told and "desk" in told


def test_a_run_cannot_be_given_other_settings_than_those_that_are_shown(tmp_path: Path) -> None:
    job = build_defs(Services(Settings.from_env({"SECDIGEST_DATA": str(tmp_path)}))).resolve_job_def("poll")
    other = {"resources": {"archive": {"config": {"folder": str(tmp_path / "other")}}}}
    with pytest.raises(dg.DagsterError) as raised:
        job.execute_in_process(run_config=other)
    assert isinstance(raised.value.__cause__, SettingsError)
    assert str(raised.value.__cause__) == "folder is a setting of the deployment: a run cannot be given another"


def test_the_services_of_a_run_are_those_that_were_handed_in(tmp_path: Path) -> None:
    services = Services(Settings.from_env({"SECDIGEST_DATA": str(tmp_path)}))
    heard: list[str] = []

    @dg.op
    def look(
        archive: dg.ResourceParam[object], model: dg.ResourceParam[Model], tables: dg.ResourceParam[object]
    ) -> None:
        assert archive is services.archive and model is services.model
        tables.listener("look", {})  # type: ignore[attr-defined]

    @dg.job(resource_defs=resources(services))
    def only() -> None:
        look()

    services.listener = lambda name, _: heard.append(name)
    assert only.execute_in_process().success
    assert heard == ["look"]
