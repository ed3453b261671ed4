"""The closed list of kinds of statement, and the form of each one's predicate."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from . import moments, strict
from .strict import (
    Form, ascending, boolean, digest, either, many, mapping, matching, must, one_of, record, single, tagged, text,
    unsigned,
)

U8, U32, U64 = unsigned(8), unsigned(32), unsigned(64)
MOMENT = moments.form
UUID = matching(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", "an identifier")
SQL_NAME = matching(r"[a-z][a-z0-9_]{0,62}", "a SQL name")
DIGESTS = ascending(digest)
ASSURANCE = one_of("simulated", "hardware")


def control(character: str) -> bool:
    """Whether a character is a control character."""
    return unicodedata.category(character) == "Cc"


def _plain(most: int) -> Form:
    def form(value: Any) -> None:
        text(value)
        must(1 <= len(value) <= most and value.strip() == value, f"a name of 1 to {most} characters was expected")
        # Rust's `is_alphanumeric` counts the marks that letters of many scripts carry.
        good = all(c in " -_" or unicodedata.category(c)[0] in "LNM" for c in value)
        must(good, "a name has letters, digits, space, `-` and `_`")

    return form


_LOCAL = re.compile(r"[!#-+\-./0-9?A-Z\[-~]{1,64}")
_HOST = re.compile(r"[a-z0-9.-]{1,190}")


def _email(value: Any) -> None:
    text(value)
    local, at, domain = value.partition("@")
    good = at and _LOCAL.fullmatch(local) and not re.search(r"[A-Z]", local) and _HOST.fullmatch(domain)
    must(bool(good) and domain[0] not in ".-" and domain[-1] not in ".-", "an e-mail address was expected")


def _i64(value: Any) -> None:
    must(type(value) is int and -(1 << 63) <= value < 1 << 63, "a whole number of 64 bits was expected")


def _float(value: Any) -> None:
    must(type(value) is float, "a number with a point was expected")


VALUE = either(boolean, _i64, _float, text)


def _literal(value: Any) -> None:
    either(VALUE, many(_literal))(value)


def _pair(each: Form) -> Form:
    def form(value: Any) -> None:
        must(isinstance(value, list) and len(value) == 2, "a pair was expected")
        for item in value:
            each(item)

    return form


def schema(value: Any) -> None:
    """The columns of a dataset."""
    kind = one_of("boolean", "integer", "float", "string", "date", "datetime")
    many(record(name=text, type=kind, nullable=boolean))(value)
    must(1 <= len(value) <= 2000, "a schema has 1 to 2000 columns")
    names = [column["name"] for column in value]
    must(all(1 <= len(n) <= 128 and not any(map(control, n)) for n in names), "a column's name is malformed")
    must(len({n.lower() for n in names}) == len(names), "a column appears twice")


_USES = ("sql", "python", "template", "workflow")
_FUNCTIONS = ("count", "count_distinct", "sum", "avg", "stddev")
_OPERATORS = one_of("=", "!=", "<", "<=", ">", ">=", "in", "is empty", "is not empty")


def _filled(form: Form) -> Form:
    """A list that is left out when it is empty."""

    def filled(value: Any) -> None:
        many(form)(value)
        must(len(value) > 0, "an empty list is left out")

    return filled


RULES = record(
    allowed_columns=(many(text),),
    uses=ascending(one_of(*_USES), _USES),
    expires=(MOMENT,),
    any_of=(_filled(record(all_of=many(record(column=text, op=_OPERATORS, value=(_literal,))))),),
    analysis=tagged(
        "rule",
        none=record(rule=text),
        aggregation=record(
            rule=text, identity=text, threshold=U64, group_by=many(text), join_on=many(text),
            aggregate=mapping(
                text, record(functions=ascending(one_of(*_FUNCTIONS), _FUNCTIONS), bounds=(_pair(_float),))
            ),
        ),
    ),
)
VARIABLE = record(
    name=SQL_NAME,
    type=one_of("string", "integer", "float", "boolean", "datetime", "dataset"),
    description=(text,),
    default=(VALUE,),
    any_of=(_filled(single(range=_pair(VALUE), length=_pair(U32), one_of=many(VALUE), characters=text)),),
)
INGEST = record(
    version=U32, header=boolean, skip_bad_rows=boolean, schema=(schema,),
    target=record(dataset=UUID, version=U32, object=text),
)
OUTPUT = record(name=text, size=U64, sha256=digest)
_BROKER = record(signing_key=digest, sealing_key=digest, measurement=text, configuration=digest)
_MEMBERS = record(policy=text, members=DIGESTS)
_POLICY = record(policy=text)
_GROUPS = record(policy=text, groups=many(record(name=text, threshold=U32, members=DIGESTS)))
_CHANNEL = one_of("native", "console")

BODIES: dict[str, Form] = {
    "charter": record(
        version=U64, previous=(digest,), nonce=text, name=_plain(50), kind=one_of("analytics", "agentic"),
        floor=ASSURANCE, broker=_BROKER, minimum_identity=one_of("local", "sso"), console_allowed=boolean,
        members=DIGESTS, administrators=DIGESTS,
        approval=tagged("policy", all_members=_POLICY, groups=_GROUPS),
        run=tagged("policy", all_members=_POLICY, creator_only=_POLICY, named=_MEMBERS),
        recoverers=DIGESTS,
    ),
    "acceptance": record(charter=digest),
    "refusal": record(charter=digest),
    "suspension": record(member=digest, charter=digest),
    "archive": record(charter=digest),
    "manifest": record(
        dataset=UUID, sequence=U64, previous=(digest,), version=U32, name=_plain(80), schema=schema, rules=RULES,
        floor=ASSURANCE, files=many(OUTPUT), format=(one_of("raw"),), key_id=digest,
    ),
    "dataset-deletion": record(dataset=UUID, manifest=digest),
    "grant": record(
        manifest=digest, pin=either(one_of("follows"), single(charter=digest)), allow_simulated=boolean,
        expires=(MOMENT,), renew_within=(U64,),
    ),
    "revocation": record(grant=digest),
    "spec": record(
        charter=digest, name=_plain(80), kind=one_of("sql", "ingest"), source=text, tables=mapping(SQL_NAME, digest),
        variables=many(VARIABLE), readers=DIGESTS, environment=digest, max_runs=U32, valid_until=(MOMENT,),
        schedule=(text,), test=boolean,
    ),
    "review": record(
        spec=digest, charter=digest, decision=one_of("approve", "reject"), comment=(text,), expires=(MOMENT,)
    ),
    "withdrawal": record(target=single(spec=digest, review=digest)),
    "run-request": record(run=UUID, spec=digest, charter=digest, inputs=mapping(SQL_NAME, VALUE), not_after=MOMENT),
    "release-record": record(
        run=UUID, spec=digest, charter=digest, request=digest, statements=DIGESTS, manifests=DIGESTS,
        challenge=digest, evidence=digest, transcript=digest, worker=digest, measurement=text, assurance=ASSURANCE,
        count=U32, attempt=U32, configuration=digest, sequence=U64, state=digest,
    ),
    "receipt": record(
        run=UUID, release=digest, outputs=many(OUTPUT), outcome=text, started=MOMENT, finished=MOMENT,
        assurance=ASSURANCE, worker=digest,
    ),
    "challenge": record(broker=digest, session=digest, nonce=digest, run=UUID, spec=digest, expires=MOMENT),
    "acknowledgement": record(statement=digest, sequence=U64, state=digest),
    "certificate-request": record(
        organisation=UUID, issuer=text, subject=text, email=_email, signing_key=digest, age_recipient=text,
        channel=_CHANNEL, replaces=(digest,),
    ),
    "vouch": record(
        organisation=UUID, organisation_name=_plain(80), subject=text, email=_email, signing_key=digest,
        age_recipient=text,
    ),
    "certificate": record(
        organisation=UUID, organisation_name=_plain(80), issuer=text, subject=text, email=_email,
        signing_key=digest, age_recipient=text, channel=_CHANNEL, identity=one_of("local", "sso"),
        not_before=MOMENT, not_after=MOMENT, request=digest, replaces=(digest,),
    ),
    "certificate-revocation": record(certificate=digest),
    "recovery": record(certificate=digest, request=digest, charter=digest),
}

PREDICATES: dict[str, Form] = {
    kind: record(
        issued_at=MOMENT, signer=single(certificate=digest, key=digest), workspace=(digest,), body=body
    )
    for kind, body in BODIES.items()
}

OF_A_WORKSPACE = frozenset(
    {
        "charter", "acceptance", "refusal", "suspension", "archive", "grant", "revocation", "spec", "review",
        "withdrawal", "run-request", "release-record", "receipt", "recovery",
    }
)
"""Kinds that name their workspace; a charter only from version 2 on."""

CONFIGURATION = record(
    version=U32, workers=many(text), reference_key=digest, development_root=(strict.base64_text,),
    tcb_floor=record(fmc=U8, bootloader=U8, tee=U8, snp=U8, microcode=U8), vouching_key=digest, log_origin=text,
    log_key=digest, allow_simulated=boolean, certificate_days=U32,
)
"""A broker's configuration."""
