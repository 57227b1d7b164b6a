"""What pyHanko's long-term validation (ETSI EN 319 102-1, 5.3, 5.5, 5.6) says of each signature of a file."""

import asyncio
import dataclasses
import datetime
from unittest import mock

from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.validation import SignatureCoverageLevel, ades, generic_cms
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec, RevinfoOnlineFetchingRule, RevocationInfoGatheringSpec, SignatureValidationSpec)
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, NonRevokedStatusAssertion, REQUIRE_REVINFO
from pyhanko_certvalidator.registry import SimpleTrustManager

import town

LATER = datetime.timedelta(days=town.AFTER)


@dataclasses.dataclass
class Opinion:
    """Of one signature; the processes say AdESPassed.OK or why not."""
    field: str
    whole: bool      # covers its revision, and what came later is allowed: behind the last one, evidence and timestamps alone
    basic: object    # 5.3, at the present
    time: object     # 5.5, with signature timestamps
    archive: object  # 5.6.3, with document timestamps; None: there are none
    later: object    # 5.6.3, LATER from now, if the file is renewed from now on
    then: object     # 5.6.3, LATER from now, as the file is, if who made the last timestamp is not revoked by then

    def passes(self, process):
        return getattr(self, process) == AdESPassed.OK


def spec(root, reader, online):
    policy = CertValidationPolicySpec(trust_manager=SimpleTrustManager.build(trust_roots=[load_cert_from_pemder(str(root))]),
                                      revinfo_policy=CertRevTrustPolicy(REQUIRE_REVINFO))
    rule = RevinfoOnlineFetchingRule.ALWAYS_FETCH if online else RevinfoOnlineFetchingRule.LOCAL_ONLY
    return SignatureValidationSpec(
        cert_validation_policy=policy, ts_cert_validation_policy=policy, local_knowledge=ades._dss_to_local_knowledge(reader),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=rule))


def is_whole(signature):
    signature.compute_integrity_info()
    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return True
    last = signature.reader.embedded_regular_signatures[-1]
    alone = signature.reader.strict and signature.field_name == last.field_name
    most = ModificationLevel.LTA_UPDATES if alone else ModificationLevel.FORM_FILLING
    return (signature.coverage == SignatureCoverageLevel.ENTIRE_REVISION and
            getattr(signature.diff_result, "modification_level", ModificationLevel.OTHER) <= most)


async def without_timestamp(timing_info=None, extra_status_kwargs=None, status_cls=None, **given):
    """5.5 of a signature without a signature timestamp is 5.3; pyHanko's own refuses it, whatever document timestamps prove."""
    timing_info = timing_info or ValidationTimingInfo.now()
    basic = await ades.ades_basic_validation(timing_info=timing_info, **given)
    return ades.AdESWithTimeValidationResult(
        best_signature_time=timing_info.best_signature_time, signature_not_before_time=None,
        **{field.name: getattr(basic, field.name) for field in dataclasses.fields(basic)})


async def opinion(signature, rules):
    stamped = any(True for _ in generic_cms.extract_tst_data_iter(signature.signer_info, signed=False))
    with mock.patch.object(ades, "ades_with_time_validation", ades.ades_with_time_validation if stamped else without_timestamp):
        return await opinion_of(signature, rules)


async def opinion_of(signature, rules):
    pdf_rules = PdfSignatureValidationSpec(rules)
    now = datetime.datetime.now(datetime.timezone.utc)
    later = [s for s in signature.reader.embedded_timestamp_signatures if s.signed_revision > signature.signed_revision]
    given = {"signed_data": signature.signed_data, "validation_spec": rules, "raw_digest": signature.compute_digest()}
    basic = await ades.ades_basic_validation(**given)
    time = await ades.ades_with_time_validation(**given)
    archive = await ades.ades_lta_validation(signature, pdf_rules) if later else None
    later_on = await ades.simulate_future_ades_lta_validation(signature, pdf_rules, now + LATER)
    then = await opinion_then(signature, rules, now + LATER) if later else None
    return Opinion(signature.field_name, is_whole(signature), *(r and r.ades_subindic for r in (basic, time, archive, later_on, then)))


async def opinion_then(signature, rules, at):
    last = signature.reader.embedded_timestamp_signatures[-1]
    authorities = [cert for cert in rules.local_knowledge.known_certs if cert.ca]
    good = [NonRevokedStatusAssertion(cert.sha256, at) for cert in (last.signer_cert, *authorities)]
    known = dataclasses.replace(rules.local_knowledge, nonrevoked_assertions=good)
    return await ades.ades_lta_validation(
        signature, PdfSignatureValidationSpec(dataclasses.replace(rules, local_knowledge=known)),
        timing_info=ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True))


async def opinions(path, root, *, password=None, online=False, strict=True):
    with open(path, "rb") as file:
        reader = PdfFileReader(file, strict=strict)
        if reader.encrypted:
            assert reader.decrypt(password).status.name != "FAILED"
        rules = spec(root, reader, online)
        return [await opinion(signature, rules) for signature in reader.embedded_regular_signatures]


def judge(path, root, **how):
    """An Opinion of each signature that is no document timestamp; online: services are asked for what the file lacks.

    strict: False for files of EU DSS: it gives the number of its own stream of cross-references once more, and changes what
    pyHanko does not count to evidence.
    """
    return asyncio.run(opinions(path, root, **how))
