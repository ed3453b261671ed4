"""Checks `transcript`, `chain`, `platform` and `measurement`: AMD SEV-SNP reports, real or simulated."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding

from . import strict
from .moments import SECOND
from .report import Refused, ensure

MAX_BYTES = 256 * 1024
_HEX = strict.matching(r"([0-9a-f]{2})*", "hexadecimal digits")
_FORM = strict.record(
    tee=strict.one_of("sim", "snp", "tdx", "sgx", "nitro"), report=_HEX, certificates=strict.many(_HEX),
    collateral=(strict.many(_HEX),),
)
_AMD_ROOTS = {
    "69d063b45344d26a2e94e1f4210de49ef555308287d4c174445c95639a540bcd": "milan",
    "4c6598d19c18719c5dfd4a7d335f674e5bfe1d8f800cea2cf270c10d103db2f1": "genoa",
    "1f084161a44bb6d93778a904877d4819cafa5d05ef4193b2ded9dd9c73dd3f6a": "turin",
}
_PSS, _RSA = "1.2.840.113549.1.1.10", "1.2.840.113549.1.1.1"
_AMD = "1.3.6.1.4.1.3704.1."
_CHIP = _AMD + "4"
_TCB = {"bootloader": "3.1", "tee": "3.2", "snp": "3.3", "microcode": "3.8"}
_PLACES = {
    "milan": {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7},
    "genoa": {"bootloader": 0, "tee": 1, "snp": 6, "microcode": 7},
    "turin": {"fmc": 0, "bootloader": 1, "tee": 2, "snp": 3, "microcode": 7},
}


@dataclass(frozen=True)
class Evidence:
    """A report with the certificates and collateral that its appraisal needs."""

    tee: str
    report: bytes
    certificates: tuple[bytes, ...]
    collateral: tuple[bytes, ...]
    digest: str

    @classmethod
    def parse(cls, data: bytes) -> Evidence:
        """Reads the one encoding; raises `Malformed`."""
        value = strict.decode(data, MAX_BYTES, 128, _FORM)
        report = bytes.fromhex(value["report"])
        certificates = tuple(map(bytes.fromhex, value["certificates"]))
        good = len(report) <= 16 * 1024 and len(certificates) <= 8 and all(len(c) <= 8 * 1024 for c in certificates)
        strict.must(good, "a part of the evidence is too big")
        collateral = tuple(map(bytes.fromhex, value.get("collateral", [])))
        good = len(collateral) <= 4 and all(len(c) <= 64 * 1024 for c in collateral)
        strict.must(good and ("collateral" in value) == bool(collateral), "the collateral is empty or too big")
        return cls(value["tee"], report, certificates, collateral, hashlib.sha256(data).hexdigest())


@dataclass(frozen=True)
class Proven:
    """What good evidence proves."""

    measurement: str
    assurance: str


def appraise(
    evidence: Evidence, configuration: dict[str, Any], accepted: Collection[str], expected: bytes, at: int
) -> Proven:
    """Makes the four checks in their order; `at` is the moment for dates, in microseconds."""
    report = evidence.report
    tee = evidence.tee
    ensure(tee in ("sim", "snp"), "chain", f"evidence of the kind `{tee}` cannot be appraised by this version")
    _readable(report)
    ensure(report[0x50:0x90] == expected, "transcript", "the report data is not the one expected of this exchange")
    try:
        generation, assurance = _chain(evidence, configuration, at)
    except (ValueError, UnsupportedAlgorithm, x509.DuplicateExtension) as error:
        raise Refused("chain", f"a certificate cannot be read: {error}") from error
    _platform(report, generation, configuration["tcb_floor"])
    measurement = report[0x90:0xC0].hex()
    ensure(measurement in accepted, "measurement", f"measurement `{measurement}` is not an accepted reference value")
    return Proven(measurement, assurance)


def _word(report: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(report[at : at + size], "little")


def _readable(report: bytes) -> None:
    ensure(len(report) == 0x4A0, "chain", f"a report has 1184 bytes, got {len(report)}")
    ensure(2 <= _word(report, 0) <= 5, "chain", "the version of the report is not known")
    ensure(_word(report, 0x34) == 1, "chain", "the report is not signed with ECDSA P-384 and SHA-384")
    stray = report[0x2A0 + 48 : 0x2A0 + 72] + report[0x2A0 + 120 :]
    ensure(not any(stray), "chain", "reserved bytes of the signature are not zero")


def _root(evidence: Evidence, configuration: dict[str, Any]) -> tuple[str, str]:
    """Generation and assurance, known from the root alone."""
    root = evidence.certificates[2]
    if evidence.tee == "snp":
        generation = _AMD_ROOTS.get(hashlib.sha256(root).hexdigest())
        if generation is None:
            raise Refused("chain", "the root certificate is none of AMD's")
        return generation, "hardware"
    development = configuration.get("development_root")
    trusted = configuration["allow_simulated"] and development is not None
    good = trusted and strict.base64_bytes(development) == root
    ensure(good, "chain", "the root certificate is not the development root that is trusted here")
    return "milan", "simulated"


def _chain(evidence: Evidence, configuration: dict[str, Any], at: int) -> tuple[str, str]:
    count = len(evidence.certificates)
    ensure(count == 3, "chain", f"three certificates are needed (VCEK, ASK, ARK), got {count}")
    generation, assurance = _root(evidence, configuration)
    vcek, ask, ark = map(x509.load_der_x509_certificate, evidence.certificates)
    ensure(ark.subject == ark.issuer, "chain", "the ARK certificate is no root")
    for certificate, issuer in ((ark, ark), (ask, ark), (vcek, ask)):
        _issued_by(certificate, issuer)
    seconds = at // SECOND
    for name, certificate in (("ARK", ark), ("ASK", ask), ("VCEK", vcek)):
        start, end = certificate.not_valid_before_utc.timestamp(), certificate.not_valid_after_utc.timestamp()
        ensure(start <= seconds <= end, "chain", f"the {name} certificate is not valid at the moment asked")
    for der in evidence.collateral:
        _not_revoked(x509.load_der_x509_crl(der), ark, ask, vcek, seconds)
    report = evidence.report
    key = _word(report, 0x48)
    ensure(key >> 2 & 7 == 0 and key & 2 == 0, "chain", "the report is not signed by a chip's own, named key (VCEK)")
    _same_chip(vcek, report)
    names = _PLACES[generation]
    certified = {name: _number(vcek, oid) for name, oid in _TCB.items()}
    fmc = _extension(vcek, _AMD + "3.9")
    certified["fmc"] = 0 if fmc is None else _number(vcek, "3.9")
    reported = {"fmc": 0} | {name: report[0x180 + place] for name, place in names.items()}
    ensure(certified == reported, "chain", "the chip's certificate is of another TCB than the report")
    _signed(vcek, report)
    return generation, assurance


def _algorithms(der: bytes) -> tuple[bytes, bytes]:
    """The signature algorithm within what is signed, and the one beside it."""
    tbs, outer, _ = _parts(_parts(der)[0], content=True)[:3]
    inner = _parts(tbs, content=True)
    # A version, where there is one, is tagged [0].
    return inner[2 if inner[0][0] == 0xA0 else 1], outer


def _parts(der: bytes, *, content: bool = False) -> list[bytes]:
    """The elements of DER one after the other; with `content`, those inside of the first one."""
    out, at = [], 0
    while at < len(der):
        length, start = der[at + 1], at + 2
        if length & 0x80:
            more = length & 0x7F
            length, start = int.from_bytes(der[start : start + more], "big"), start + more
        if content:
            return _parts(der[start : start + length])
        out.append(der[at : start + length])
        at = start + length
    return out


def _issued_by(certificate: x509.Certificate, issuer: x509.Certificate) -> None:
    der = certificate.public_bytes(Encoding.DER)
    inner, outer = _algorithms(der)
    pss = certificate.signature_algorithm_oid.dotted_string == _PSS and inner == outer
    ensure(pss, "chain", "a certificate is not signed by RSA-PSS")
    ensure(certificate.issuer == issuer.subject, "chain", "a certificate names another issuer than the one above it")
    key = issuer.public_key()
    good = issuer.public_key_algorithm_oid.dotted_string == _RSA and isinstance(key, rsa.RSAPublicKey)
    if not good or not isinstance(key, rsa.RSAPublicKey):
        raise Refused("chain", "an issuer has another kind of key than it should")
    ensure(2048 <= key.key_size <= 8192, "chain", "an issuer's key is not of 2048 to 8192 bits")
    scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
    try:
        key.verify(certificate.signature, certificate.tbs_certificate_bytes, scheme, hashes.SHA384())
    except InvalidSignature as error:
        raise Refused("chain", "a certificate is not signed by the one above it") from error


def _not_revoked(
    crl: x509.CertificateRevocationList, ark: x509.Certificate, ask: x509.Certificate, vcek: x509.Certificate, at: int
) -> None:
    """A revocation list that the evidence brings counts, and must itself be good."""
    issuer = next((above for above in (ark, ask) if above.subject == crl.issuer), None)
    inner, outer = _algorithms(crl.public_bytes(Encoding.DER))
    good = issuer is not None and crl.signature_algorithm_oid.dotted_string == _PSS and inner == outer
    key = issuer.public_key() if issuer is not None else None
    if not good or not isinstance(key, rsa.RSAPublicKey):
        raise Refused("chain", "a revocation list is not signed by the ARK or the ASK")
    try:
        scheme = padding.PSS(padding.MGF1(hashes.SHA384()), 48)
        key.verify(crl.signature, crl.tbs_certlist_bytes, scheme, hashes.SHA384())
    except InvalidSignature as error:
        raise Refused("chain", "a revocation list is not signed by the ARK or the ASK") from error
    until = crl.next_update_utc
    current = crl.last_update_utc.timestamp() <= at and (until is None or at <= until.timestamp())
    ensure(current, "chain", "a revocation list is not valid at the moment asked")
    for certificate in (ask, vcek):
        listed = crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None
        ensure(not (listed and certificate.issuer == crl.issuer), "chain", "a certificate is revoked")


def _extension(certificate: x509.Certificate, oid: str) -> bytes | None:
    found = [e for e in certificate.extensions if e.oid.dotted_string == oid]
    if len(found) != 1 or not isinstance(found[0].value, x509.UnrecognizedExtension):
        return None
    return found[0].value.value


def _number(certificate: x509.Certificate, oid: str) -> int:
    value = _extension(certificate, _AMD + oid)
    if value is None:
        raise Refused("chain", f"the chip's certificate has no TCB extension {oid}")
    short = len(value) == 3 and value[:2] == b"\x02\x01" and value[2] < 128
    long = len(value) == 4 and value[:3] == b"\x02\x02\x00" and value[3] >= 128
    ensure(short or long, "chain", f"TCB extension {oid} is no number")
    return value[-1]


def _same_chip(vcek: x509.Certificate, report: bytes) -> None:
    value = _extension(vcek, _CHIP)
    if value is None:
        raise Refused("chain", "the chip's certificate names no chip")
    for size in (64, 8):
        if len(value) == size + 2 and value[0] == 4 and value[1] == size:
            value = value[2:]
            break
    chip = report[0x1A0:0x1E0]
    same = len(value) in (8, 64) and chip == value.ljust(64, b"\0")
    ensure(same, "chain", "the chip's certificate is of another chip than the report")


def _signed(vcek: x509.Certificate, report: bytes) -> None:
    key = vcek.public_key()
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP384R1):
        raise Refused("chain", "the chip's key is not on P-384")
    r, s = (int.from_bytes(report[at : at + 48], "little") for at in (0x2A0, 0x2A0 + 72))
    try:
        key.verify(encode_dss_signature(r, s), report[:0x2A0], ec.ECDSA(hashes.SHA384()))
    except InvalidSignature as error:
        raise Refused("chain", "the report is not signed by the chip's certificate") from error


def _platform(report: bytes, generation: str, floor: dict[str, int]) -> None:
    ensure(_word(report, 0x30) == 0, "platform", "the report was not asked for at VMPL 0")
    policy = _word(report, 0x08, 8)
    ensure(policy & 1 << 19 == 0, "platform", "the guest may be debugged by its host")
    ensure(policy & 1 << 17 != 0, "platform", "the guest's policy has a reserved bit that is not 1")
    ensure(policy & 1 << 18 == 0, "platform", "the guest may be migrated")
    for which, at in (("reported", 0x180), ("committed", 0x1E0)):
        for name, least in floor.items():
            place = _PLACES[generation].get(name)
            got = 0 if place is None else report[at + place]
            ensure(got >= least, "platform", f"{which} TCB: {name} is {got}, at least {least} is demanded")
