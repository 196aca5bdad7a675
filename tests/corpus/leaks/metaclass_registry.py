# SPDX-License-Identifier: GPL-2.0-or-later
"""A metaclass registers classes by name; a tenant gets classes of its own for each deployment."""
import sys


class ModelMeta(type):
    models = {}
    abstract = []

    def __new__(mcs, name, bases, namespace):
        cls = super().__new__(mcs, name, bases, namespace)
        if namespace.get("abstract"):
            mcs.abstract.append(cls)
        else:
            mcs.models[name] = cls  # holder: models
        return cls


class Model(metaclass=ModelMeta):
    abstract = True


def deploy(tenant, version):
    columns = {"column_%d" % n: "VARCHAR(%d)" % (n + version) for n in range(30)}
    return ModelMeta("Tenant%dV%d" % (tenant, version), (Model,), {"columns": columns, "rows": list(range(version, version + 100))})


def main():
    for version in range(25):
        for tenant in range(40):
            deploy(tenant, version * 1000)


main()
print("ready", flush=True)
sys.stdin.readline()
