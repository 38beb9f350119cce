"""Checks what a passkey signed, by a library that is slow to import: only who is shown a passkey imports this."""

from collections.abc import Sequence

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.registration.verify_registration_response import VerifiedRegistration


def check_made(
    answered: str, *, challenge: bytes, host: str, origin: str, algorithms: Sequence[int]
) -> VerifiedRegistration:
    """Give the passkey that a device made for a challenge.

    Raises:
        ValueError: it did not; what is none of its structures raises what Python does with it.
    """
    try:
        return verify_registration_response(
            credential=answered,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            require_user_verification=True,
            supported_pub_key_algs=[COSEAlgorithmIdentifier(algorithm) for algorithm in algorithms],
        )
    except WebAuthnException as error:
        raise ValueError("no passkey was made") from error


def check_signed(
    answered: str, *, challenge: bytes, host: str, origin: str, key: bytes, count: int
) -> VerifiedAuthentication:
    """Give how a passkey answered a challenge; *count* is how often it had signed.

    Raises:
        ValueError: it did not; what is none of its structures raises what Python does with it.
    """
    try:
        return verify_authentication_response(
            credential=answered,
            expected_challenge=challenge,
            expected_rp_id=host,
            expected_origin=origin,
            credential_public_key=key,
            credential_current_sign_count=count,
            require_user_verification=True,
        )
    except WebAuthnException as error:
        raise ValueError("no passkey signed") from error
