"""TLS as the server speaks it by itself, without a proxy in front: 1.3 offered, nothing below 1.2, nothing weak."""

import http.client
import socket
import ssl
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.tls_serving import TlsOffice


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TlsOffice]:
    with TlsOffice(tmp_path_factory.mktemp("tls")) as office:
        yield office


def test_1_3_is_what_a_browser_of_today_gets(office: TlsOffice) -> None:
    context = office.context()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with office.handshake(context) as connection:
        assert connection.version() == "TLSv1.3"
        assert connection.selected_alpn_protocol() == "h2"


def test_1_2_has_forward_secrecy_and_authenticated_ciphers_only(office: TlsOffice) -> None:
    context = office.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with office.handshake(context) as connection:
        name = (connection.cipher() or ("",))[0]
        assert connection.version() == "TLSv1.2"
        assert name.startswith("ECDHE-ECDSA-")
        assert "GCM" in name or "CHACHA20" in name


@pytest.mark.parametrize(
    "ciphers", ["ECDHE-ECDSA-AES128-SHA256:ECDHE-ECDSA-AES256-SHA384:ECDHE-ECDSA-AES128-SHA", "AES128-GCM-SHA256"]
)
def test_no_other_cipher_is_taken(office: TlsOffice, ciphers: str) -> None:
    context = office.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers(ciphers + ":@SECLEVEL=0")
    with pytest.raises(ssl.SSLError) as refused:
        office.handshake(context)
    assert "_ALERT_" in refused.value.reason


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion.TLSv1")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_older_versions_are_refused(office: TlsOffice, version: ssl.TLSVersion) -> None:
    context = office.context()
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = version
    context.maximum_version = version
    with pytest.raises(ssl.SSLError) as refused:
        office.handshake(context)
    assert "_ALERT_" in refused.value.reason  # the server refuses it, not our own library


def test_the_port_answers_nobody_in_clear(office: TlsOffice) -> None:
    with socket.create_connection(("127.0.0.1", office.port), timeout=20) as connection:
        connection.sendall(b"GET /id/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"HTTP" not in connection.recv(1000)


def test_the_headers_are_those_that_mdns_observatory_grades_a_plus(office: TlsOffice) -> None:
    # @mdn/mdn-http-observatory 1.4.8 gave A+, 130 points, 10 of 10 tests, to exactly these.
    with closing(http.client.HTTPSConnection("localhost", office.port, timeout=20, context=office.context())) as asked:
        asked.request("GET", "/id/track", headers={"Host": f"localhost:{office.port}"})
        answer = asked.getresponse()
        answer.read()
    headers = {name.lower(): value for name, value in answer.getheaders()}
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; "
        "manifest-src 'self'; worker-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types rantau"
    )
    assert headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-embedder-policy"] == "require-corp"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["permissions-policy"] == "camera=(self), geolocation=(), microphone=()"
    assert not {name for name in headers if name.startswith("access-control-")}
    assert "set-cookie" not in headers


def test_the_session_is_bound_to_this_host_and_to_tls(office: TlsOffice) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
    body = b"login=petugas&password=contoh-sandi-petugas"
    with closing(http.client.HTTPSConnection("localhost", office.port, timeout=40, context=office.context())) as asked:
        asked.request("POST", "/staff/login", body=body, headers=form)
        cookie = asked.getresponse().getheader("Set-Cookie") or ""
    parts = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith("__Host-s=")
    assert parts == {"secure", "httponly", "samesite=strict", "path=/"}
