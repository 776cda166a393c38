"""The WSGI application that `shicheng serve` runs."""

import os

from django.core.wsgi import get_wsgi_application

from shicheng.kernel.processes import die_with_parent

if os.environ.get("SERVED_BY_SHICHENG"):
    # The server's own process ends with the command that started it, and this one has to end with the server's.
    die_with_parent(os.getppid())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
application = get_wsgi_application()
