"""The one settings file. Every value that differs between machines comes from an environment variable, read here.

The table of variables is in README.md. Without ``DATABASE_URL`` / ``REDIS_URL`` the embedded servers of
``bzpeer.embedded`` are used; importing this file never starts them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from celery.schedules import crontab
from csp.constants import NONE, SELF

from bzpeer import embedded, env, release
from bzpeer.logs import refusals_in_one_line

BASE_DIR = Path(__file__).resolve().parent.parent
VAR = Path(env.text("BZPEER_VAR") or BASE_DIR / "var").absolute()
RELEASE = release.digest(BASE_DIR / name for name in ("graph", "profiles", "static", "templates", "works"))

DEBUG = env.flag("DEBUG", False)
# `up` writes a key of this installation's own at its first start; several machines must share one through SECRET_KEY.
SECRET_KEY = env.text("SECRET_KEY") or env.stored_secret(VAR / "secret.key")
PUBLIC_URL = env.web_address("PUBLIC_URL")
IS_HTTPS = PUBLIC_URL.startswith("https://")
ALLOWED_HOSTS = env.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1],testserver")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

INSTALLED_APPS = [
    "bzpeer",
    "ingest",
    "profiles",
    "graph",
    "works",
    # Its classes pull in most of the code; the addresses ask for them, and whoever serves none starts without.
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.sitemaps",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.orcid",
    "csp",
    "django_celery_beat",
    "django_filters",
    "django_htmx",
    "django_prometheus",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "bzpeer.health.probes",
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "bzpeer.middleware.addresses_of_bounded_length",
    "bzpeer.middleware.anonymous_reads",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "bzpeer.middleware.moved_pages_asked_again",
    "bzpeer.middleware.private_pages",
    "bzpeer.middleware.wrong_methods_in_words",
    "bzpeer.middleware.admin_without_nul",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "bzpeer.urls"
WSGI_APPLICATION = "bzpeer.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

# --- Engines ---------------------------------------------------------------------------------------------------

DATABASE_URL = env.text("DATABASE_URL") or embedded.postgres_url(VAR)
REDIS_URL = env.redis_address("REDIS_URL") or embedded.valkey_url(VAR)
REDIS_PREFIX = env.text("REDIS_PREFIX")
METRICS_TOKEN = env.text("METRICS_TOKEN")
# Seconds. Each of them is a line for every view and method, and every scrape adds up those of all processes.
PROMETHEUS_LATENCY_BUCKETS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, float("inf"))
DATABASES = env.databases(
    DATABASE_URL, env.words("DATABASE_REPLICA_URLS"), pool_size=env.integer("DATABASE_POOL_SIZE", 8, most=1_000)
)
DATABASE_ROUTERS = ["bzpeer.replicas.Router"]
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": env.redis_with_database(REDIS_URL, 1),
        # What one release cached is out of reach of the next: an update never shows old markup.
        "KEY_PREFIX": f"{REDIS_PREFIX}bzpeer:{RELEASE}",
        "TIMEOUT": 3600,
    }
}

CELERY_BROKER_URL = env.celery_broker(env.redis_with_database(REDIS_URL, 0))
CELERY_RESULT_BACKEND = None
# What keeps a processor busy for minutes has a queue and workers of its own, so that mail, schedules and what follows a
# claim never wait for it. A worker without -Q takes from both.
IMPORTS_QUEUE = "imports"
CELERY_TASK_DEFAULT_QUEUE = "celery"
CELERY_TASK_QUEUES = {
    name: {"exchange": name, "routing_key": name} for name in (CELERY_TASK_DEFAULT_QUEUE, IMPORTS_QUEUE)
}
CELERY_TASK_ROUTES = {
    "ingest.tasks.import_shard": {"queue": IMPORTS_QUEUE},
    "ingest.tasks.finish_import": {"queue": IMPORTS_QUEUE},
    "ingest.tasks.share_attribution": {"queue": IMPORTS_QUEUE},
    "ingest.tasks.retry_rejects": {"queue": IMPORTS_QUEUE},
    # Resolves whatever is dirty, which may be what an import brought.
    "profiles.tasks.draw_conclusions": {"queue": IMPORTS_QUEUE},
}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = None
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
# Seconds that running tasks get when the worker is asked to stop; what is not done by then goes back to the queue.
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 2.0
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Seconds until a message whose worker died is handed out again; a running import also keeps a heartbeat in its row.
CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "global_keyprefix": REDIS_PREFIX}
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULE = {
    "revive-imports": {"task": "ingest.tasks.revive_imports", "schedule": 60.0},
    "tell-of-claims": {"task": "profiles.tasks.tell_of_waiting_claims", "schedule": crontab(minute="20")},
    "clear-sessions": {"task": "profiles.tasks.clear_sessions", "schedule": crontab(hour="4", minute="40")},
    "review-levels": {"task": "profiles.tasks.review_levels", "schedule": crontab(hour="2", minute="50")},
    "refresh-graph": {"task": "graph.tasks.refresh_everything", "schedule": crontab(hour="3", minute="10")},
    "prove-decisions": {"task": "works.tasks.prove_decisions", "schedule": crontab(hour="2", minute="20")},
}

# --- People ----------------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "profiles.User"
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "profiles.account_adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "profiles.forms.SignupForm"
_FORMS = "profiles.account_forms."
ACCOUNT_FORMS = {
    "login": f"{_FORMS}LoginForm",
    "signup": f"{_FORMS}SignupForm",
    "add_email": f"{_FORMS}AddEmailForm",
    "change_password": f"{_FORMS}ChangePasswordForm",
    "set_password": f"{_FORMS}SetPasswordForm",
    "reset_password": f"{_FORMS}ResetPasswordForm",
    "reset_password_from_key": f"{_FORMS}ResetPasswordKeyForm",
    "reauthenticate": f"{_FORMS}ReauthenticateForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
# In the browser that signed up, within ``ACCOUNT_LOGIN_TIMEOUT``: back to the page that asked for an account.
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = True
# An account is told of every change of its address, password or second factor, the former address included.
ACCOUNT_EMAIL_NOTIFICATIONS = True
# The password once more before any of these: an open page alone takes no account over.
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "[BZPEER] "
ACCOUNT_LOGOUT_REDIRECT_URL = "home"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_USER_DISPLAY = "profiles.models.display_name"
# Attempts by visitor's address (``ip``) and by account; what is not named here is as allauth has it. A university may
# have one address, so an address alone is refused late.
ACCOUNT_RATE_LIMITS = {
    "login": "120/m/ip",
    # Codes of the second factor.
    "login_failed": "100/10m/ip,5/5m/key",
    # Wrong passwords of one account from one address, and from one address or of one account at all. What one address
    # may do to an account stays below what locks it for others.
    "wrong_password_here": "5/5m/key,20/d/key",
    "wrong_password": "100/10m/ip,100/d/key",
}
# A laptop has no mail server: messages are written to var/mail/, one file each.
EMAIL_HOST = env.text("EMAIL_HOST")
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend" if EMAIL_HOST else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_PORT = env.integer("EMAIL_PORT", 25, most=env.HIGHEST_PORT)
EMAIL_HOST_USER = env.text("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env.text("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env.flag("EMAIL_USE_TLS")
DEFAULT_FROM_EMAIL = env.text("DEFAULT_FROM_EMAIL", "BZPEER <noreply@localhost>")
CONTACT_EMAIL = env.text("CONTACT_EMAIL", "")

SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {
    "orcid": {
        "BASE_DOMAIN": env.text("ORCID_DOMAIN", "orcid.org"),
        "APPS": (
            [{"client_id": env.text("ORCID_CLIENT_ID"), "secret": env.text("ORCID_CLIENT_SECRET")}]
            if env.text("ORCID_CLIENT_ID")
            else []
        ),
    }
}
SOCIALACCOUNT_ADAPTER = "profiles.account_adapter.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_FORMS = {"signup": f"{_FORMS}SocialSignupForm"}
MFA_FORMS = {
    "authenticate": f"{_FORMS}AuthenticateForm",
    "reauthenticate": f"{_FORMS}ConfirmByCodeForm",
    "activate_totp": f"{_FORMS}ActivateTOTPForm",
}
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]

# --- Imports ---------------------------------------------------------------------------------------------------

IMPORT_UPLOADS = VAR / "uploads"
IMPORT_UPLOAD_MAX_BYTES = env.integer("IMPORT_UPLOAD_MAX_MB", 2048, most=1_000_000) * 1024 * 1024
IMPORT_BATCH_SIZE = env.integer("IMPORT_BATCH_SIZE", 2000, most=100_000)
# Workers that share one run of a file; network sources are always read by one.
IMPORT_SHARDS = env.integer("IMPORT_SHARDS", 2, most=64)
# Services that the workers harvest at once. A harvest waits most of its hours for the service, so it shares the workers
# of mail and schedules, which have that many processes more than those need.
IMPORT_HARVESTS = env.integer("IMPORT_HARVESTS", 2, most=64)
# Seconds for which a batch is tried again while the database is away, full or busy.
IMPORT_PATIENCE = env.integer("IMPORT_PATIENCE", 90, most=86_400)
# Seconds without a byte from a service after which a request has failed; it is tried again, then the run fails.
IMPORT_TIMEOUT = env.integer("IMPORT_TIMEOUT", 30, most=3_600)
# Seconds without a sign of life after which another worker takes an import over; there are six in that time, a second
# apart at least.
IMPORT_DEAD_AFTER = env.integer("IMPORT_DEAD_AFTER", 60, least=6, most=86_400)
# Addresses in private ranges are refused as import URLs unless they are named here (host or host:port).
IMPORT_ALLOWED_PRIVATE_HOSTS = env.words("IMPORT_ALLOWED_PRIVATE_HOSTS")
# Keys that services want to be asked with, by source.
SOURCE_API_KEYS = {"openalex": env.text("OPENALEX_API_KEY")}
SAMPLE_DIR = BASE_DIR / "data" / "sample"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_TEMP_DIR = None
FILE_UPLOAD_HANDLERS = [
    "ingest.upload_handler.StaffUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]

# --- Pages -----------------------------------------------------------------------------------------------------

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "django.contrib.staticfiles.storage.StaticFilesStorage"
            if DEBUG
            else "whitenoise.storage.CompressedManifestStaticFilesStorage"
        )
    },
}

REST_FRAMEWORK = {
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
}
SPECTACULAR_SETTINGS = {
    "TITLE": "BZPEER API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# A researcher page for signed-out readers is given out this long without asking whether anything changed.
SIGNED_OUT_PAGE_SECONDS = 1.0

# --- Security --------------------------------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = IS_HTTPS and env.flag("SECURE_SSL_REDIRECT", True)
SECURE_HSTS_SECONDS = 31_536_000 if IS_HTTPS else 0
# Sites beside ours, and lists built into browsers, are not ours to decide on: both are for the operator to ask for.
SECURE_HSTS_PRELOAD = IS_HTTPS and env.flag("HSTS_PRELOAD", False)
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS and env.flag("HSTS_INCLUDE_SUBDOMAINS", SECURE_HSTS_PRELOAD)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # that the two are not asked for
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
# What our own proxies say of a visitor is trusted; without a proxy, anybody could have written it.
ALLAUTH_TRUSTED_PROXY_COUNT = env.flag_or_number("BEHIND_PROXY", most=16)
if ALLAUTH_TRUSTED_PROXY_COUNT:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- Logging ---------------------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"},
        "json": {
            "()": "pythonjsonlogger.json.JsonFormatter",
            "format": "{asctime}{levelname}{name}{message}",
            "style": "{",
        },
    },
    "filters": {"refusals": {"()": "django.utils.log.CallbackFilter", "callback": refusals_in_one_line}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["refusals"],
            "formatter": "json" if env.flag("LOG_JSON") else "plain",
        }
    },
    "root": {"handlers": ["console"], "level": env.log_level("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"level": "WARNING"},
        "httpx": {"level": "WARNING"},
    },
}
