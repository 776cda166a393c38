"""Events of this door, and of the tokens that open it."""

from shicheng.audit.registry import event
from shicheng.kernel.messages import message as _
from shicheng.people import tokens

TOKEN_CREATED = event(
    tokens.CREATED, _("Token made"), sentence=_("%(actor)s made the token %(name)s with the scopes %(scopes)s.")
)
TOKEN_REVOKED = event(tokens.REVOKED, _("Token revoked"), sentence=_("%(actor)s revoked the token %(name)s."))
SUBSCRIBED = event(
    "api.webhook.subscribed", _("Webhook made"), sentence=_("%(actor)s has news of %(events)s sent to %(url)s.")
)
UNSUBSCRIBED = event(
    "api.webhook.removed", _("Webhook removed"), sentence=_("%(actor)s has no more news sent to %(url)s.")
)
