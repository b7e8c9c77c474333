"""Third storey: who may see it and how: pages, REST, command line, worker."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from models import crypto, database, tables
from models.settings import Settings, load_settings
from processes import channel, converter, document, urging
from webapp import access, api, assets, cli, errors, looking, pages, security, views

__all__ = ["create_app", "tables"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application on its database; every route has declared who may use it, or this raises."""
    settings = settings or load_settings()
    database.bind(database.Database(settings.database_url))
    crypto.bind_key(settings.data_key)
    document.bind_folder(settings.upload_folder)
    channel.bind(settings.outside)
    converter.bind(settings.office_converter)
    urging.bind(settings.urging_days)
    app = Flask(__name__)
    app.config["TRAINING"] = settings.is_training
    if settings.is_https:
        # Exactly one proxy stands in front (docs/deploy.md).
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=1, x_proto=1, x_host=1)  # type: ignore[method-assign]  # Flask's documented way
    security.init(app, settings)
    access.init(app)
    errors.init(app)
    pages.init(app)
    assets.init(app)
    looking.init(app)
    views.register(app)
    api.register(app)
    cli.register(app)
    access.check_routes(app)
    return app
