# SPDX-License-Identifier: LGPL-2.1-or-later
"""A session has the environment of the shell that it is started from; what belongs to a login is renewed at
attach."""

import json

import machine
import pytest

# Whatever a shell may have around it: what a session is to get, and what it is not.
CALLER = {
    "PATH": "/opt/venv/bin:/usr/local/bin:/usr/bin:/bin", "VIRTUAL_ENV": "/opt/venv", "CONDA_PREFIX": "/opt/conda",
    "LANG": "C.UTF-8", "EDITOR": "ed", "LINE": "one\ntwo", "EMPTY": "", "TERM": "vt220",
}
BOUND = {
    "XDG_SESSION_ID": "7", "NOTIFY_SOCKET": "/run/x", "LISTEN_FDS": "3", "INVOCATION_ID": "0" * 32, "TMUX": "/tmp/x,1,0",
    "JPY_PARENT_PID": "1", "JPY_SESSION_NAME": "other.ipynb", "COLUMNS": "7", "SSH_TTY": "/dev/pts/7", "COMPUTE_SESSION_ID": "t9999",
}


def with_environment(user, variables, *argv, clean=False):
    """Runs it with these variables, or with nothing but them. Returns what it printed."""
    settings = [f"{name}={value}" for name, value in variables.items()]
    return user.run("env", *(["--ignore-environment"] if clean else []), *settings, *argv)


def environment_of(user, session):
    """That of the leader, once it executes what it is for."""
    pid = user.get(session, "Leader")
    text = user.run("cat", f"/proc/{pid}/environ").output
    return dict(one.split("=", 1) for one in text.split("\0") if one)


def test_terminal_has_what_its_starter_has(user1):
    session = with_environment(user1, CALLER | BOUND, "computectl", "terminal", "--detach", "--", "sleep", "inf").output.strip()
    said = environment_of(user1, session)
    assert {name: said.get(name) for name in CALLER} == CALLER
    assert said["COMPUTE_SESSION_ID"] == session
    assert not [name for name in BOUND if name in said and name != "COMPUTE_SESSION_ID"]
    assert said["XDG_RUNTIME_DIR"] == f"/run/user/{user1.uid}"


def test_shell_is_not_one_of_a_login(user1):
    """Which would set PATH as at a login."""
    session = with_environment(user1, CALLER | {"SHELL": "/bin/bash"}, "computectl", "terminal", "--detach").output.strip()
    assert user1.get(session, "Name") == "bash"
    stream = user1.attach(session)
    stream.send("echo path=$PATH; shopt -q login_shell && echo is-log\"\"in || echo no-log\"\"in\n")
    stream.expect("path=/opt/venv/bin:.*no-login")


def test_clean_environment_is_that_of_a_login(user1):
    variables = CALLER | {"SHELL": "/bin/bash"}
    session = with_environment(user1, variables, "computectl", "terminal", "--detach", "--clean-environment",
                               "--setenv=OWN=1").output.strip()
    stream = user1.attach(session)
    stream.send("echo $VIRTUAL_ENV,$EDITOR,$OWN,$TERM.; shopt -q login_shell && echo is-log\"\"in || echo no-log\"\"in\n")
    stream.expect(",,1,vt220.*is-login")


def test_callers_on_the_bus_that_say_nothing_get_a_logins(user1):
    stream = user1.attach(user1.start_terminal())
    stream.send("shopt -q login_shell && echo is-log\"\"in || echo no-log\"\"in\n")
    stream.expect("is-login")


def test_functions_of_bash_are_taken(user1):
    script = 'module() { echo "module $1 is there"; }; export -f module; computectl terminal --detach -- bash -c "module own; sleep inf"'
    session = user1.run("bash", "-c", script).output.strip()
    user1.attach(session).expect("module own is there")


def test_too_much_is_told(user1):
    """One variable of 128 KiB is more than the kernel takes for a program."""
    variables = {f"V{i}": "x" * 100000 for i in range(2)}
    done = user1.try_run("env", *[f"{name}={value}" for name, value in variables.items()], "computectl", "terminal", "-d")
    assert done.status == 1 and "--clean-environment" in done.errors
    assert user1.ids() == []
    with_environment(user1, variables, "computectl", "terminal", "-d", "--clean-environment")


def test_what_is_not_text_is_told(user1):
    done = user1.run("bash", "-c", r"export BAD=$'\xff'; computectl terminal --detach -- sleep inf")
    assert "1 variable with a name or a value that is not text stays here" in done.errors
    assert "BAD" not in environment_of(user1, done.output.strip())


def test_unknown_terminal_falls_back(user1):
    done = with_environment(user1, {"TERM": "xterm-of-tomorrow"}, "computectl", "terminal", "--detach", "--", "sleep", "inf")
    assert "does not know the terminal xterm-of-tomorrow" in done.errors
    assert environment_of(user1, done.output.strip())["TERM"] == "xterm-256color"
    session = user1.start_terminal("sleep", "inf", Environment=["TERM=tmux-of-tomorrow"])
    assert environment_of(user1, session)["TERM"].startswith("screen")


@pytest.fixture
def kernelspecs(user1):
    """A kernel that only $JUPYTER_PATH leads to, and one of a virtual environment."""
    folder = user1.shell("mktemp -d").strip()
    spec = json.dumps({"argv": ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
                       "display_name": "Own", "language": "python"})
    for place in "jupyter/kernels/of-path", "venv/share/jupyter/kernels/of-venv":
        user1.run("sh", "-euc", 'mkdir -p "$1"; cat > "$1/kernel.json"', "sh", f"{folder}/{place}", text=spec)
    user1.shell(f"mkdir -p {folder}/venv/bin; ln -s /usr/bin/python3 {folder}/venv/bin/python3; "
                f"echo home = /usr/bin > {folder}/venv/pyvenv.cfg")
    yield folder
    user1.shell(f"rm -rf {folder}")


@pytest.mark.parametrize("kernel", ["of-path", "of-venv"])
def test_notebook_finds_kernels_of_its_starter(user1, notebook, kernelspecs, kernel):
    variables = {"VIRTUAL_ENV": f"{kernelspecs}/venv", "PATH": f"{kernelspecs}/venv/bin:/usr/bin:/bin",
                 "JUPYTER_PATH": f"{kernelspecs}/jupyter"}
    done = with_environment(user1, variables, "computectl", "notebook", "--json=short", f"--kernel={kernel}", notebook)
    session = json.loads(done.output)["id"]
    assert user1.get(session, "KernelName") == kernel
    assert environment_of(user1, session)["VIRTUAL_ENV"] == variables["VIRTUAL_ENV"]


class Agent:
    """A socket that somebody listens on, as ssh-agent does."""

    def __init__(self, user):
        self.user = user
        self.folder = user.shell("mktemp -d").strip()
        self.path = f"{self.folder}/agent"
        self.pid = user.spawn("python3", "-c", "import socket, sys; s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1]); "
                                               "s.listen(); print('ready', flush=True); sys.stdin.read()", self.path)
        machine.wait_until(lambda: user.try_run("test", "-S", self.path).status == 0, "the socket is there")

    def end(self):
        self.user.shell(f"rm -rf {self.folder}; pkill -f {self.path[:-1]}[t] || :")


@pytest.fixture
def agents(user1):
    made = [Agent(user1), Agent(user1)]
    yield made
    for one in made:
        one.end()


def test_agent_of_the_login_that_came_last(user1, agents):
    session = with_environment(user1, {"SSH_AUTH_SOCK": agents[0].path, "DISPLAY": ":7"}, "computectl", "terminal", "--detach",
                               "--", "sh").output.strip()
    link = environment_of(user1, session)["SSH_AUTH_SOCK"]
    assert link == f"/run/user/{user1.uid}/compute-logins/{session}/ssh-agent"
    assert user1.run("readlink", link).output.strip() == agents[0].path

    client = user1.on_terminal("env", f"SSH_AUTH_SOCK={agents[1].path}", "DISPLAY=it's :8", "computectl", "attach", session)
    machine.wait_until(lambda: user1.run("readlink", link).output.strip() == agents[1].path, "the link leads to the second one")
    client.send('eval "$(computectl environment)"; echo "$SSH_AUTH_SOCK $DISPLAY."\n')
    client.expect(f"{link} it's :8.")
    client.close()

    # A login without an agent takes none away, and one without a display says so.
    user1.on_terminal("env", "-u", "SSH_AUTH_SOCK", "-u", "DISPLAY", "computectl", "attach", session)
    said = machine.wait_until(lambda: (text := user1.run("computectl", "environment", session).output) and "unset DISPLAY" in text
                              and text, "the third one is known")
    assert f"export SSH_AUTH_SOCK={link}" in said
    assert user1.run("readlink", link).output.strip() == agents[1].path

    user1.stop(session)
    machine.wait_until(lambda: user1.try_run("test", "-e", link.rpartition("/")[0]).status == 1, "the place is gone")


def test_agent_outlives_a_killed_keeper(root, user1, agents):
    session = user1.start_terminal("sleep", "inf", Environment=[f"SSH_AUTH_SOCK={agents[0].path}"])
    link = environment_of(user1, session)["SSH_AUTH_SOCK"]
    machine.kill_services(root, f"compute-keeper-{session}.service")
    assert user1.run("readlink", link).output.strip() == agents[0].path
    user1.stop(session)
    machine.wait_until(lambda: user1.try_run("test", "-e", link.rpartition("/")[0]).status == 1, "the place is gone")


def test_attaching_to_a_session_of_others_changes_nothing(root, user1, agents):
    session = user1.start_terminal("sleep", "inf", Environment=[f"SSH_AUTH_SOCK={agents[0].path}"])
    link = environment_of(user1, session)["SSH_AUTH_SOCK"]
    client = root.on_terminal("env", f"SSH_AUTH_SOCK={agents[1].path}", "computectl", "attach", session)
    machine.wait_until(lambda: user1.get(session, "Clients") == 1, "root has attached")
    client.close()
    assert user1.run("readlink", link).output.strip() == agents[0].path
    done = root.try_run("computectl", "environment", session)
    assert done.status == 1 and "does not know of your logins" in done.errors


def test_socket_that_is_none_is_left_out(user1):
    session = user1.start_terminal("sleep", "inf", Environment=["SSH_AUTH_SOCK=/etc/passwd", "WAYLAND_DISPLAY=nowhere"])
    said = environment_of(user1, session)
    assert "SSH_AUTH_SOCK" not in said and "WAYLAND_DISPLAY" not in said
