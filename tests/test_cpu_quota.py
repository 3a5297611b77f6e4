"""A container's CPU quota, read from control groups that are written here as the kernel would show them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from viralsim.cpu_quota import quota_cores

UNIFIED = "30 23 0:26 / /sys/fs/cgroup rw,nosuid - cgroup2 cgroup2 rw,nsdelegate"
OLD = "33 25 0:29 {shown} /sys/fs/cgroup/cpu,cpuacct ro,nosuid - cgroup cgroup rw,cpu,cpuacct"


def machine(root: Path, mounts: str, groups: str, files: dict[str, str]) -> Path:
    """The folder of the process in /proc of a made-up machine."""
    for place, text in files.items():
        path = root / "sys/fs/cgroup" / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    (root / "mountinfo").write_text(mounts + "\n")
    (root / "cgroup").write_text(groups + "\n")
    return root


def of(root: Path, mounts: str, groups: str, files: dict[str, str]) -> float | None:
    return quota_cores(machine(root, mounts, groups, files), root)


@pytest.mark.parametrize(
    ("files", "cores"),
    [
        ({"cpu.max": "150000 100000"}, 1.5),
        ({"cpu.max": "max 100000"}, None),
        ({}, None),
        ({"cpu.max": "rubbish"}, None),
    ],
)
def test_version_2_in_a_container(tmp_path: Path, files: dict[str, str], cores: float | None) -> None:
    """With a namespace of groups the container's group is the root of what it sees."""
    assert of(tmp_path, UNIFIED, "0::/", files) == cores


def test_the_smallest_quota_on_the_way_up_counts(tmp_path: Path) -> None:
    """A service within a slice has no more than its slice; a quota of another group is nobody's business here."""
    files = {"a.slice/b.service/cpu.max": "400000 100000", "a.slice/cpu.max": "250000 100000",
             "c.slice/cpu.max": "10000 100000"}  # fmt: skip
    assert of(tmp_path, UNIFIED, "0::/a.slice/b.service", files) == 2.5


@pytest.mark.parametrize("shown", ["/docker/4af", "/"])
def test_version_1_in_a_container(tmp_path: Path, shown: str) -> None:
    """The process names its group as the host sees it, and the mount shows that group, or all."""
    below = "" if shown != "/" else "docker/4af/"
    files = {f"cpu,cpuacct/{below}cpu.cfs_{word}_us": text for word, text in (("quota", "50000"), ("period", "100000"))}
    groups = "5:memory:/docker/4af\n4:cpu,cpuacct:/docker/4af\n1:name=systemd:/docker/4af"
    assert of(tmp_path, OLD.format(shown=shown), groups, files) == 0.5


def test_version_1_without_a_quota(tmp_path: Path) -> None:
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "-1", "cpu,cpuacct/cpu.cfs_period_us": "100000"}
    assert of(tmp_path, OLD.format(shown="/"), "4:cpu,cpuacct:/", files) is None


def test_both_versions_at_once(tmp_path: Path) -> None:
    """Where the old hierarchy has the controller of the CPU, the new one beside it says nothing of it."""
    mounts = f"{OLD.format(shown='/')}\n31 25 0:30 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw"
    files = {"cpu,cpuacct/cpu.cfs_quota_us": "300000", "cpu,cpuacct/cpu.cfs_period_us": "100000",
             "unified/cgroup.controllers": ""}  # fmt: skip
    assert of(tmp_path, mounts, "4:cpu,cpuacct:/\n0::/", files) == 3.0


def test_a_group_out_of_sight_and_a_place_with_a_blank(tmp_path: Path) -> None:
    """A group outside what the namespace shows is taken for the mount's own; octal blanks in a path are blanks."""
    mounts = UNIFIED.replace("/sys/fs/cgroup", "/sys/fs/cgroup/my\\040groups")
    assert of(tmp_path, mounts, "0::/../../elsewhere", {"my groups/cpu.max": "100000 50000"}) == 2.0


def test_no_linux(tmp_path: Path) -> None:
    assert quota_cores(tmp_path / "nothing", tmp_path) is None


@given(st.text(max_size=200), st.text(max_size=80))
def test_no_file_of_a_kernel_makes_it_fail(mounts: str, groups: str) -> None:
    """Whatever is in the files, the answer is a positive number or None."""
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "mountinfo").write_text(f"{UNIFIED}\n{mounts}", encoding="utf-8")
        (root / "cgroup").write_text(groups, encoding="utf-8")
        found = quota_cores(root, root)
    assert found is None or found > 0


def test_this_machine_answers() -> None:
    found = quota_cores()
    assert found is None or found > 0
