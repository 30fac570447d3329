"""How gunicorn serves Keystone or Glance: SERVICE of the environment, under DIR.

NAME is what it is called where there are two of them.

gunicorn, since uWSGI's own HTTP server refuses the chunked uploads of Glance's
client. One process with threads: it starts soonest, and Keystone may then cache
in memory.
"""

import os
import sqlite3

DIR, SERVICE, NAME = os.environ["DIR"], os.environ["SERVICE"], os.environ["NAME"]
WRITES = {"INSERT", "UPDATE", "DELETE", "SAVEPOINT"}

wsgi_app = f"{SERVICE}.wsgi.api:application"
# `down` knows its processes by this.
proc_name = f"{DIR} {NAME}"
bind = "127.0.0.1:0"
worker_class = "gthread"
workers = 1
threads = 8
timeout = 120
keepalive = 75
graceful_timeout = 5
control_socket_disable = True
accesslog = f"{DIR}/log/{NAME}-access.log"
access_log_format = '%(t)s %(s)s %(M)sms "%(r)s" %({x-openstack-request-id}o)s "%(a)s"'


def when_ready(server):
    """Tells `up` the port, which the kernel chose."""
    path = f"{DIR}/run/{NAME}.port"
    with open(path + ".part", "w") as file:
        file.write(str(server.LISTENERS[0].sock.getsockname()[1]))
    os.rename(path + ".part", path)


def post_fork(server, worker):
    """Lets threads share SQLite, before the service opens its database.

    oslo.db begins each transaction with BEGIN. One that has read and then wants
    to write after another's commit is refused at once ("database is locked"), no
    matter how long the timeout is. So none begins before its first write, and
    that takes the write lock, for which the timeout does count.
    """
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    @event.listens_for(Engine, "before_cursor_execute", retval=True)
    def begin_at_first_write(connection, cursor, statement, parameters, context, many):
        if statement == "BEGIN":
            return "SELECT 1", parameters
        if statement.split(None, 1)[0].upper() in WRITES and not cursor.connection.in_transaction:
            cursor.execute("BEGIN IMMEDIATE")
        return statement, parameters

    # The last to close a database would empty its write-ahead log every time.
    worker.database = sqlite3.connect(f"{DIR}/run/{NAME}.db", check_same_thread=False)
    worker.database.execute("SELECT count(*) FROM sqlite_master").fetchall()
