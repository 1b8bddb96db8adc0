"""The Helm chart as the checks render it: its value sets, and the objects that it makes of one."""

from pathlib import Path

import helm_python
import yaml

ROOT = Path(__file__).resolve().parent.parent
CHART = ROOT / "deploy/helm/kentongan"
MANIFESTS = ROOT / "deploy/manifests"
# The namespace for which the plain manifests are rendered too.
NAMESPACE = "desk"


def value_sets():
    """The default values and each file of ci/, by name."""
    sets = {"defaults": {}}
    for path in sorted((CHART / "ci").glob("*-values.yaml")):
        sets[path.stem.removesuffix("-values")] = yaml.safe_load(path.read_text())
    return sets


def render(chart, values, revision=1):
    """Every object that the chart makes of the values; the revision counts the upgrades of a release."""
    rendered = chart.render(values, name="kentongan", namespace=NAMESPACE, revision=revision)
    texts = [text for name, text in rendered.items() if not name.endswith("NOTES.txt")]
    return [thing for text in texts for thing in yaml.safe_load_all(text) if thing]


def is_hook(thing):
    """What only Helm makes, and only when it is asked to (`helm test`)."""
    return "helm.sh/hook" in thing["metadata"].get("annotations", {})
