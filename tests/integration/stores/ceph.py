"""Ceph's S3 gateway with one monitor and one OSD in memory: real signatures, expiry, policies and conditional puts."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAMS = ("ceph", "ceph-authtool", "ceph-mon", "ceph-osd", "monmaptool", "radosgw", "radosgw-admin")

CONFIGURATION = """
[global]
fsid = {fsid}
mon_initial_members = a
mon_host = v2:127.0.0.1:{monitor}
public_addr = 127.0.0.1
cluster_addr = 127.0.0.1
run_dir = {folder}
admin_socket = {folder}/$name.asok
pid_file = {folder}/$name.pid
log_file = {folder}/$name.log
crash_dir = {folder}
keyring = {folder}/keyring
mon_data = {folder}/mon
osd_data = {folder}/osd
rgw_data = {folder}/rgw
osd_objectstore = memstore
memstore_device_bytes = 4294967296
osd_pool_default_size = 1
osd_pool_default_min_size = 1
osd_pool_default_pg_num = 1
osd_pool_default_pgp_num = 1
osd_crush_chooseleaf_type = 0
rgw_crypt_require_ssl = false
mon_allow_pool_size_one = true
mon_max_pg_per_osd = 1000
auth_allow_insecure_global_id_reclaim = false

[osd]
keyring = {folder}/osd.keyring
"""


@dataclass(frozen=True)
class Account:
    access_key: str
    secret_key: str


OWNER = Account("owner-access", "owner-secret-of-forty-characters-0000000")
STRANGER = Account("stranger-access", "stranger-secret-of-forty-characters-00000")


def is_installed() -> bool:
    return all(shutil.which(program) for program in PROGRAMS)


@contextmanager
def ceph(folder: Path) -> Iterator[str]:
    """Starts the gateway with two accounts and yields its address; everything lies in the folder, and ends with the block."""
    monitor, gateway = free_port(), free_port()
    configuration = folder / "ceph.conf"
    fsid = str(uuid.uuid4())
    configuration.write_text(CONFIGURATION.format(fsid=fsid, folder=folder, monitor=monitor), encoding="utf-8")
    for name in ("mon", "osd", "rgw"):
        (folder / name).mkdir()
    running: list[subprocess.Popen[bytes]] = []

    def start(*command: str) -> None:
        running.append(
            subprocess.Popen([*command, "-c", str(configuration), "-f"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        )

    def do(*command: str) -> str:
        done = subprocess.run([*command, "-c", str(configuration)], capture_output=True, check=False, timeout=60)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    try:
        keyring, map_path = str(folder / "keyring"), str(folder / "monmap")
        do("ceph-authtool", "--create-keyring", keyring, "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        everything = [word for part in ("mon", "osd", "mgr") for word in ("--cap", part, "allow *")]
        do("ceph-authtool", keyring, "--gen-key", "-n", "client.admin", *everything)
        do("monmaptool", "--create", "--addv", "a", f"[v2:127.0.0.1:{monitor}]", "--fsid", fsid, map_path)
        do("ceph-mon", "--mkfs", "-i", "a", "--monmap", map_path, "--keyring", keyring)
        start("ceph-mon", "-i", "a")
        osd = str(uuid.uuid4())
        do("ceph", "--connect-timeout", "30", "osd", "new", osd)
        profile = ("mon", "allow profile osd", "osd", "allow *")
        do("ceph", "auth", "get-or-create", "osd.0", *profile, "-o", str(folder / "osd.keyring"))
        do("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", osd)
        start("ceph-osd", "-i", "0")
        for name, account in (("owner", OWNER), ("stranger", STRANGER)):
            keys = ("--access-key", account.access_key, "--secret-key", account.secret_key)
            json.loads(do("radosgw-admin", "user", "create", "--uid", name, "--display-name", name, *keys))
        start("radosgw", "-n", "client.admin", f"--rgw_frontends=beast endpoint=127.0.0.1:{gateway} tcp_nodelay=1")
        wait_for(gateway)
        yield f"http://127.0.0.1:{gateway}"
    finally:
        for process in reversed(running):
            process.terminate()
        for process in running:
            process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for(port: int) -> None:
    """Until a server takes connections: a refused one is an answer, so this asks without a pause of its own."""
    import urllib3

    retries = urllib3.Retry(total=12, backoff_factor=0.2)
    urllib3.PoolManager().request("GET", f"http://127.0.0.1:{port}/", retries=retries)
