"""Django's settings, all derived from ours."""

from __future__ import annotations

import logging
import secrets
import sys
from pathlib import Path

import structlog
from django.utils.translation import gettext_lazy as _

from shicheng.settings.databases import database_entry
from shicheng.settings.loading import current

_settings = current()
_package = Path(__file__).resolve().parent.parent


def _secret_key() -> str:
    """Read the web's secret key; before `init` made one, use a key of this process alone."""
    path = _settings.keys_path / "web.key"
    return path.read_text("ascii").strip() if path.exists() else secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()
DEBUG = _settings.debug
ALLOWED_HOSTS = [*_settings.allowed_hosts, _settings.host]
DATABASES = {"default": database_entry(_settings)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"
ROOT_URLCONF = "shicheng.settings.urls"
WSGI_APPLICATION = "shicheng.settings.wsgi.application"

ROOMS = [
    "people",
    "audit",
    "jobs",
    "storage",
    "approvals",
    "schemes",
    "holdings",
    "search",
    "checks",
    "cataloguing",
    "describing",
    "ingest",
    "arranging",
    "collecting",
    "acquiring",
    "planning",
    "printing",
    "exchange",
    "access",
    "api",
    "desk",
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_cotton.apps.SimpleAppConfig",
    "django_htmx",
    *(f"shicheng.{room}" for room in ROOMS if (_package / room / "apps.py").exists()),
    "shicheng.base",
]

MIDDLEWARE = [
    "shicheng.base.middleware.RequestMarks",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "shicheng.base.middleware.ContentSecurity",
    "shicheng.people.middleware.ActorMiddleware",
    "shicheng.base.middleware.FriendlyErrors",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": False,
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["django_cotton.cotton_loader.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django_cotton.templatetags.cotton", "shicheng.base.templatetags.words"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.messages.context_processors.messages",
                "shicheng.base.context.house",
            ],
        },
    }
]
COTTON_DIR = "cotton"

LANGUAGE_CODE = _settings.language
LANGUAGES = [("zh-hans", _("Simplified Chinese")), ("en", _("English"))]
LOCALE_PATHS = [_package / "locale"]
LANGUAGE_COOKIE_NAME = "shicheng_language"
USE_I18N = True
USE_TZ = True
TIME_ZONE = _settings.time_zone
FORMAT_MODULE_PATH = ["shicheng.base.formats"]

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True  # straight from the rooms: there is no collected copy to grow stale
WHITENOISE_AUTOREFRESH = _settings.debug
WHITENOISE_MAX_AGE = 3600
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
FILE_UPLOAD_TEMP_DIR = _settings.staging_path / "uploads" if (_settings.staging_path / "uploads").is_dir() else None
FILE_UPLOAD_HANDLERS = ["django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_NUMBER_FILES = 20_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 60_000

PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": _settings.password_length},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "shicheng.people.signing.passwords.KindsValidator",
        "OPTIONS": {"kinds": _settings.password_kinds},
    },
    {
        "NAME": "shicheng.people.signing.passwords.HistoryValidator",
        "OPTIONS": {"remembered": _settings.password_history},
    },
]
LOGIN_URL = "people:sign_in"
LOGIN_REDIRECT_URL = "desk:home"
LOGOUT_REDIRECT_URL = "access:home"
SESSION_ENGINE = "shicheng.people.signing.store"
SESSION_IDLE_SECONDS = _settings.session_idle_minutes * 60
SESSION_COOKIE_AGE = _settings.session_hours * 3600
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _settings.https
SECURE_HSTS_SECONDS = 31_536_000 if _settings.https else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _settings.https else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
TASKS = {"default": {"BACKEND": "shicheng.jobs.backend.LeasedBackend"}}

# Logs go to stderr, one JSON object a line unless a person is looking: stdout belongs to what commands print.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        # Without local variables: settings with their secrets and records nobody opened are among them.
        structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False)),
        structlog.dev.ConsoleRenderer()
        if sys.stderr.isatty()
        else structlog.processors.JSONRenderer(ensure_ascii=False),
    ],
    wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
    logger_factory=structlog.PrintLoggerFactory(file=sys.stderr),
    cache_logger_on_first_use=False,
)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
