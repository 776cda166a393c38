"""The WSGI application that `shicheng serve` runs."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shicheng.settings.django")
application = get_wsgi_application()
