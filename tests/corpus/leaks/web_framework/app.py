# SPDX-License-Identifier: GPL-2.0-or-later
from framework import Application, Response
from framework.sessions import SessionMiddleware

application = Application(middleware=[SessionMiddleware(capacity=50)])


@application.route("/")
def index(request):
    return Response("hello %s" % request.user)


@application.route("/export")
def export(request):
    rows = [{"id": n, "user": request.user, "amount": n * 3} for n in range(25)]

    @application.after_request
    def audit(response):
        response.headers["X-Rows"] = str(len(rows))
        return response

    return Response(",".join(str(row["id"]) for row in rows))
