"""Prints, one a line, the `podman run` flags that say what docker/compose.yaml
says, so that what is shipped is what is checked.  compose_flags.py VOLUME

Left out are the ports, since the check shares the host's network, and the
health check, which the image has too; both are compared instead."""

import sys

import yaml

with open("docker/compose.yaml", encoding="utf-8") as file:
    compose = yaml.safe_load(file)
[service] = compose["services"].values()

KNOWN = {
    "image", "build", "command", "ports", "volumes", "read_only", "cap_drop",
    "security_opt", "stop_grace_period", "restart", "healthcheck",
}  # fmt: skip
if unknown := set(service) - KNOWN:
    sys.exit(f"docker/compose.yaml has keys that the check does not carry over: {unknown}")
if not all(port.startswith("127.0.0.1:") for port in service["ports"]):
    sys.exit(f"a port is open to other machines: {service['ports']}")
if service["healthcheck"]["test"] != ["CMD", "/dicta", "healthcheck"]:
    sys.exit(f"not the image's health check: {service['healthcheck']['test']}")
[(source, target)] = [volume.split(":") for volume in service["volumes"]]
if source not in compose["volumes"]:
    sys.exit(f"{source} is no named volume")

flags = [f"--volume={sys.argv[1]}:{target}", f"--stop-timeout={service['stop_grace_period'].rstrip('s')}"]
flags += [f"--cap-drop={capability}" for capability in service["cap_drop"]]
# podman knows this option by its bare name only.
flags += [f"--security-opt={option.removesuffix(':true')}" for option in service["security_opt"]]
flags += ["--read-only", "--read-only-tmpfs=false"] if service["read_only"] else []
print(*flags, sep="\n")
