"""Signing in by a directory: a real slapd on this machine, by TLS. Needs Debian's slapd and the extra `ldap`."""

from __future__ import annotations

import ipaddress
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.test import Client
from django.urls import reverse

from builders.pages import faults
from builders.shelves import PASSWORD, make_user
from builders.signing import change_settings, is_in, sign_in
from shicheng.audit.models import Entry
from shicheng.cli.diagnosis_of_sign_in import look
from shicheng.people.models import Grant, User
from shicheng.people.signing.directory import Directory
from shicheng.people.signing.errors import ProviderAway
from shicheng.people.signing.models import Gate, OutsideIdentity
from shicheng.people.types import Role
from shicheng.settings import Settings, current

SLAPD = shutil.which("slapd") or "/usr/sbin/slapd"
SCHEMAS = Path("/etc/ldap/schema")
THEIRS = "Directory-2026-x"
_CONF = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {home}/pid
TLSCertificateFile {home}/server.pem
TLSCertificateKeyFile {home}/server.key
database mdb
suffix "dc=lancheng"
rootdn "cn=admin,dc=lancheng"
directory {home}/data
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="dc=lancheng" by self read by users search by * none
"""
_PERSON = """
dn: uid={uid},ou=people,dc=lancheng
objectClass: inetOrgPerson
uid: {uid}
cn: {cn}
sn: {cn}
userPassword: {password}
"""


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    pytest.importorskip("bonsai", reason="the extra ldap is not installed")
    if not Path(SLAPD).exists() or not SCHEMAS.is_dir():
        pytest.skip("slapd is not installed")
    home = tmp_path_factory.mktemp("slapd")
    (home / "data").mkdir()
    _certificate(home)
    (home / "slapd.conf").write_text(_CONF.format(home=home, schemas=SCHEMAS))
    people = "".join(
        _PERSON.format(uid=uid, cn=cn, password=THEIRS) for uid, cn in (("chen", "Chen Jing"), ("zhao", "Zhao Ming"))
    )
    top = "dn: dc=lancheng\nobjectClass: dcObject\nobjectClass: organization\ndc: lancheng\no: lancheng\n\n"
    units = "dn: ou=people,dc=lancheng\nobjectClass: organizationalUnit\nou: people\n"
    slapadd = Path(SLAPD).with_name("slapadd")
    subprocess.run([slapadd, "-f", home / "slapd.conf"], input=top + units + people, text=True, check=True, timeout=60)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [SLAPD, "-f", home / "slapd.conf", "-h", f"ldaps://127.0.0.1:{port}", "-d", "0"], stderr=subprocess.DEVNULL
    )
    try:
        _wait(server, port)
        yield Directory(
            address=f"ldaps://127.0.0.1:{port}", login="uid={name},ou=people,dc=lancheng", base="dc=lancheng",
            filter="(uid={name})", subject="entryUUID", ca_file=str(home / "server.pem"), name="县目录",
        )  # fmt: skip
    finally:
        server.terminate()
        server.wait(30)


@pytest.fixture
def by_directory(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> Directory:
    change_settings(
        monkeypatch, ldap_address=directory.address, ldap_login=directory.login, ldap_base=directory.base,
        ldap_ca_file=directory.ca_file, ldap_name=directory.name,
    )  # fmt: skip
    return directory


def test_only_the_right_password_of_one_s_own_entry_is_taken(directory: Directory) -> None:
    chen, zhao = directory.identify("chen", THEIRS), directory.identify("zhao", THEIRS)
    assert chen is not None
    assert zhao is not None
    assert (chen.username, chen.full_name) == ("chen", "Chen Jing")
    assert chen.subject != zhao.subject
    for name, password in (
        ("chen", "wrong"), ("chen", ""), ("", ""), ("nobody", THEIRS), ("*", THEIRS), ("chen)(uid=*", THEIRS),
        ("zhao,ou=people,dc=lancheng", THEIRS), ("ch\x00en", THEIRS),
    ):  # fmt: skip
        assert directory.identify(name, password) is None, name


def test_a_directory_with_a_strange_certificate_is_not_asked(directory: Directory, tmp_path: Path) -> None:
    _certificate(tmp_path)
    for ca_file in (str(tmp_path / "server.pem"), ""):
        stranger = replace(directory, ca_file=ca_file)
        with pytest.raises(ProviderAway):
            stranger.identify("chen", THEIRS)
        assert [one.level for one in look(_settings(stranger))] == ["error"]
    assert [one.level for one in look(_settings(directory))] == ["ok"]


@pytest.mark.django_db
def test_an_account_is_linked_and_then_the_directory_lets_in(by_directory: Directory, client: Client) -> None:
    chen = make_user("c.jing", Role.ARCHIVIST)
    make_user("zhao", Role.ARCHIVIST)  # another than the directory's
    assert sign_in(client, "zhao", THEIRS).status_code == 422
    sign_in(client, "c.jing")
    assert faults(client.get(reverse("people:me"))) == []
    given = {"username": "chen", "password": THEIRS, "old": PASSWORD}
    for wrong in ({"password": "wrong"}, {"old": "wrong"}):
        assert client.post(reverse("people:link_directory"), {**given, **wrong}).status_code == 422
    assert client.post(reverse("people:link_directory"), given).status_code == 302
    assert faults(client.get(reverse("people:me"))) == []
    browser = Client()
    assert sign_in(browser, "chen", THEIRS).status_code == 302
    assert is_in(browser)
    assert OutsideIdentity.objects.get().user_id == chen.pk
    assert Entry.objects.order_by("-position").values_list("actor_name", flat=True)[0] == chen.full_name
    User.objects.filter(pk=chen.pk).update(is_active=False)
    assert sign_in(Client(), "chen", THEIRS).status_code == 422


@pytest.mark.django_db
def test_the_directory_makes_accounts_only_where_the_setting_says_so(
    by_directory: Directory, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_user("wang", Role.SYSTEM_ADMINISTRATOR)
    assert sign_in(client, "chen", THEIRS).status_code == 422
    change_settings(monkeypatch, ldap_create=True)
    assert sign_in(client, "chen", THEIRS).headers["Location"] == reverse("access:home")
    assert not Grant.objects.filter(user=User.objects.get(username="chen")).exists()
    for _again in range(5):
        sign_in(Client(), "zhao", "wrong")
    assert sign_in(Client(), "zhao", THEIRS).status_code == 429


@pytest.mark.django_db
def test_guesses_count_while_the_directory_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "bonsai", None)  # where the extra is missing, nobody can be asked either
    make_user("chen", Role.ARCHIVIST)
    change_settings(monkeypatch, ldap_address="ldap://127.0.0.1:9", ldap_base="dc=x")
    answer = sign_in(client, "chen", "wrong")
    assert answer.status_code == 503
    assert faults(answer) == []
    assert Gate.objects.get(kind="name").failures == 1
    assert sign_in(client, "chen").status_code == 302


@pytest.mark.parametrize("address", ["http://dc.example", "ldap://", "dc.example"])
def test_a_directory_that_is_none_is_refused_by_the_settings(address: str) -> None:
    with pytest.raises(ValueError, match="ldap"):
        Settings(home=current().home, ldap_address=address)


def _settings(directory: Directory) -> Settings:
    return current().model_copy(
        update={"ldap_address": directory.address, "ldap_ca_file": directory.ca_file, "ldap_login": directory.login}
    )


def _certificate(home: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "slapd of the tests")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    plain = serialization.NoEncryption()
    (home / "server.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (home / "server.key").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    )


def _wait(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        assert server.poll() is None, "slapd ended"
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("slapd does not answer")
