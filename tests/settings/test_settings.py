"""Settings come from a file and the environment; what is not known is refused by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import structlog

from shicheng.settings import Settings, load
from shicheng.settings.loading import BadSettings


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SHICHENG_HOME", raising=False)


def write(home: Path, text: str) -> Path:
    (home / "shicheng.toml").write_text(text, "utf-8")
    return home


def test_file_then_environment_then_what_the_program_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, 'archive_name = "澜城县档案馆"\nport = 9000\nworkers = 3\n')
    assert (load(tmp_path).archive_name, load(tmp_path).port) == ("澜城县档案馆", 9000)
    monkeypatch.setenv("SHICHENG_PORT", "9001")
    assert load(tmp_path).port == 9001
    assert load(tmp_path, port=9002).port == 9002
    assert load(tmp_path).workers == 3


def test_paths_follow_the_folder_of_the_archive(tmp_path: Path) -> None:
    settings = load(tmp_path)
    assert settings.store_path == tmp_path / "store"
    assert settings.database_path == tmp_path / "db" / "shicheng.sqlite3"
    assert load(tmp_path, store=str(tmp_path / "elsewhere")).store_path == tmp_path / "elsewhere"


def test_folder_is_absolute_whatever_was_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert load("a").home == tmp_path / "a"
    monkeypatch.setenv("SHICHENG_HOME", "b")
    assert load().home == tmp_path / "b"


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('colour = "red"\n', "colour"),
        ("port = 70000\n", "port"),
        ('port = "many"\n', "port"),
        ('language = "fr"\n', "language"),
        ("workers = 0\n", "workers"),
        ('archive_name = ""\n', "archive_name"),
        ("archive_name = \n", "shicheng.toml"),
    ],
)
def test_bad_values_are_named(tmp_path: Path, text: str, named: str) -> None:
    with pytest.raises(BadSettings) as refused:
        load(write(tmp_path, text))
    assert named in str(refused.value)
    assert refused.value.exit_code == 2


def test_file_in_another_encoding_is_named(tmp_path: Path) -> None:
    (tmp_path / "shicheng.toml").write_bytes('archive_name = "档案馆"\n'.encode("gb18030"))
    with pytest.raises(BadSettings, match=r"shicheng\.toml"):
        load(tmp_path)


def test_unknown_variable_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHICHENG_COLOUR", "red")
    with pytest.raises(BadSettings, match="SHICHENG_COLOUR"):
        load(tmp_path)


def test_every_setting_says_what_it_is_and_hides_secrets() -> None:
    for name, field in Settings.model_fields.items():
        assert field.description and field.description.endswith("."), name
    shown = repr(load("x", s3_secret_key="hush"))
    assert "hush" not in shown


def test_logged_exceptions_tell_no_local_variables() -> None:
    logged: Any = {"event": "failed", "level": "error"}
    try:
        password = "never to be read in a log"
        raise ValueError(len(password))
    except ValueError:
        logged["exc_info"] = True
        for process in structlog.get_config()["processors"]:
            logged = process(None, "error", logged)
    assert "test_logged_exceptions" in logged
    assert "never to be read" not in logged
