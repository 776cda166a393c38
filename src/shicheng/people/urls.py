"""Addresses of this room."""

from django.urls import path

from shicheng.people import power_urls, web
from shicheng.people.signing import door, enrolling, outside, overseeing, own

urlpatterns = [
    *power_urls.urlpatterns,
    path("set-up", web.set_up, name="set_up"),
    path("sign-in", door.sign_in, name="sign_in"),
    path("sign-in/go-on", door.carry_on, name="go_on"),
    path("sign-in/factor", door.factor, name="factor"),
    path("sign-in/factor/key/ask", enrolling.ask_key, name="ask_key"),
    path("sign-in/factor/key/answer", enrolling.sign_by_key, name="sign_by_key"),
    path("sign-in/password", door.must_change, name="must_change"),
    path("sign-in/enrol", door.must_enrol, name="enrol"),
    path("sign-in/enrol/key/ask", enrolling.ask_first_key, name="ask_first_key"),
    path("sign-in/enrol/key/answer", enrolling.add_first_key, name="add_first_key"),
    path("sign-in/codes", enrolling.show_codes, name="codes"),
    path("sign-in/provider", outside.leave, name="provider"),
    path("sign-in/provider/back", outside.come_back, name="provider_back"),
    path("sign-out", door.sign_out, name="sign_out"),
    path("me", own.me, name="me"),
    path("me/password", own.change_own_password, name="change_password"),
    path("me/program", enrolling.add_program, name="add_program"),
    path("me/key/ask", enrolling.ask_new_key, name="ask_new_key"),
    path("me/key/answer", enrolling.add_key, name="add_key"),
    path("me/factors/<uuid:factor_id>/remove", own.remove_own_factor, name="remove_factor"),
    path("me/codes", own.renew_codes, name="renew_codes"),
    path("me/sessions/end", own.end_others, name="end_others"),
    path("me/provider", outside.begin_link, name="begin_link"),
    path("me/directory", own.link_directory, name="link_directory"),
    path("me/provider/<int:identity_id>/unlink", own.unlink_identity, name="unlink"),
    path("sessions", overseeing.signing, name="signing"),
    path("sessions/<slug:name>/end", own.end_one, name="end_session"),
    path("sessions/open", overseeing.open_gate, name="open_gate"),
    path("accounts", web.accounts, name="accounts"),
    path("accounts/<uuid:user_id>/active", web.switch_account, name="switch_account"),
    path("accounts/<uuid:user_id>/sign-in", overseeing.account, name="account_signing"),
    path("accounts/<uuid:user_id>/sign-in/password", overseeing.reset, name="reset_password"),
    path("accounts/<uuid:user_id>/sign-in/factors", overseeing.remove_all_factors, name="remove_all_factors"),
    path("accounts/<uuid:user_id>/sign-in/sessions", overseeing.end_all, name="end_all_sessions"),
]
