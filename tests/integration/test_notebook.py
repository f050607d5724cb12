# SPDX-License-Identifier: LGPL-2.1-or-later
"""Real Jupyter kernels that are linked to notebook files."""

import json

import journal
import machine
import pytest
from bus import BusError
from kernels import CLIENT, execute

def connection(user, session):
    return json.loads(user.shell(f"cat {user.get(session, 'ConnectionFile')}"))


@pytest.mark.feature("Notebooks re-opened with their variables")
def test_cells_run_and_variables_stay_for_who_opens_it_again(user1, notebook):
    session, started = user1.start_notebook(notebook)
    assert started
    assert execute(user1, session, "1 + 1", "kept = 'precious'; print('set')") == ["2", "set"]
    assert user1.start_notebook(notebook) == (session, False)
    assert execute(user1, session, "kept") == ["'precious'"]
    assert user1.call("GetSessionByNotebook", "s", notebook).endswith(f"/{session}")


def test_properties(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    said = user1.get_all(session)
    assert session[0] == "n"
    assert (said["Type"], said["Name"], said["Notebook"]) == ("notebook", "a.ipynb", notebook)
    assert (said["KernelName"], said["WorkingDirectory"]) == ("python3", notebook.rpartition("/")[0])
    assert (said["Rows"], said["Columns"], said["Clients"]) == (0, 0, 0)
    assert any(word.endswith("ipykernel_launcher") for word in said["Command"])


def test_unix_sockets_are_used_that_nobody_else_can_reach(user1, user2, notebook):
    session, _ = user1.start_notebook(notebook)
    assert connection(user1, session)["transport"] == "ipc"
    execute(user1, session, "1")
    prefix = connection(user1, session)["ip"]
    assert user2.try_run("sh", "-c", f"ls {prefix}*").status != 0


def test_tcp_if_asked_for(user1, notebook):
    session, _ = user1.start_notebook(notebook, Transport="tcp")
    assert (connection(user1, session)["transport"], connection(user1, session)["ip"]) == ("tcp", "127.0.0.1")
    assert execute(user1, session, "6 * 7") == ["42"]


@pytest.mark.parametrize("transport", ["ipc", "tcp"])
def test_connection_file_is_private_and_removed_at_the_end(user1, notebook, transport):
    session, _ = user1.start_notebook(notebook, Transport=transport)
    path = user1.get(session, "ConnectionFile")
    assert user1.shell(f"stat -c '%a %U' {path}") == "600 user1\n"
    assert len(connection(user1, session)["key"]) >= 32
    execute(user1, session, "1")
    user1.stop(session)
    # Beside it there may be what a notebook server of before left.
    assert user1.shell(f"ls -d {path.removesuffix('.json')}* 2>/dev/null || :") == ""


def test_connection_files_are_where_jupyter_looks(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    folder = user1.shell("jupyter --runtime-dir 2>/dev/null || /usr/bin/python3 -c "
                         "'from jupyter_core.paths import jupyter_runtime_dir as d; print(d())'").strip()
    assert user1.get(session, "ConnectionFile").rpartition("/")[0] == folder


def test_kernel_knows_its_notebook_and_not_its_starter(user1, notebook):
    session, _ = user1.start_notebook(notebook, Environment=["JPY_PARENT_PID=1", "VARIABLE=a value"])
    said = execute(user1, session, "import os; print(os.getcwd())", "print(os.environ['JPY_SESSION_NAME'])",
                   "print('JPY_PARENT_PID' in os.environ)", "print(os.environ['VARIABLE'])")
    assert said == [notebook.rpartition("/")[0], notebook, "False", "a value"]


def test_kernel_outlives_manager_and_keeper(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    execute(user1, session, "kept = 'precious'")
    machine.kill_services(root, "compute-sessiond.service", f"compute-keeper-{session}.service")
    assert user1.start_notebook(notebook) == (session, False)
    assert execute(user1, session, "kept") == ["'precious'"]
    path = user1.get(session, "ConnectionFile")
    user1.stop(session)
    assert user1.try_run("test", "-e", path).status != 0


def test_link_to_the_notebook_is_the_same_notebook(user1, notebook):
    folder = notebook.rpartition("/")[0]
    user1.shell(f"ln -s a.ipynb {folder}/link.ipynb")
    session, _ = user1.start_notebook(notebook)
    assert user1.start_notebook(f"{folder}/link.ipynb") == (session, False)


def test_opened_twice_at_once_is_one_session(user1, notebook):
    starts = [user1.spawn("computectl", "notebook", "--quiet", notebook) for _ in range(4)]
    said = [user1.wait(start) for start in starts]
    assert [one.status for one in said] == [0] * 4
    assert {one.output for one in said} == {f"{user1.ids()[0]}\n"}


def test_two_users_have_a_session_each(root, user1, user2):
    root.shell("install -m 666 /dev/null /var/tmp/shared.ipynb")
    sessions = [user.start_notebook("/var/tmp/shared.ipynb") for user in (user1, user2)]
    assert [started for _, started in sessions] == [True, True]
    assert sessions[0][0] != sessions[1][0]
    assert [user.call("GetSessionByNotebook", "s", "/var/tmp/shared.ipynb") for user in (user1, user2)] == \
        [f"/org/computesession1/session/{session}" for session, _ in sessions]


def test_notebook_need_not_exist_yet(user1):
    session, started = user1.start_notebook(f"{user1.home}/new.ipynb")
    assert started
    assert execute(user1, session, "2 + 2") == ["4"]


def test_notebook_is_started_anew_after_its_end(user1, notebook):
    first, _ = user1.start_notebook(notebook)
    user1.stop(first)
    second, started = user1.start_notebook(notebook)
    assert started and second != first


def test_kernel_given_by_its_folder(user1, notebook):
    user1.shell("""mkdir -p ~/own-kernel; cat > ~/own-kernel/kernel.json << 'END'
{"argv": ["/usr/bin/python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Own",
 "language": "python", "env": {"OWN": "yes"}}
END""")
    session, _ = user1.start_notebook(notebook, f"{user1.home}/own-kernel")
    assert execute(user1, session, "import os; print(os.environ['OWN'])") == ["yes"]


def test_interrupt_by_signal(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    path = user1.shell("mktemp").strip()
    running = user1.spawn("/usr/bin/python3", CLIENT, user1.get(session, "ConnectionFile"),
                          f"import time; open('{path}', 'w').write('x'); time.sleep(1000)", "'still here'")
    machine.wait_until(lambda: user1.shell(f"cat {path}") == "x", "the cell runs")
    user1.call("KillSession", "ssi", session, "leader", 2)
    assert json.loads(user1.wait(running, timeout=40).output) == ["KeyboardInterrupt", "'still here'"]


def test_kernel_that_ends_itself(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    mark = root.mark()
    user1.spawn("/usr/bin/python3", CLIENT, user1.get(session, "ConnectionFile"), "import os; os._exit(6)")
    assert root.wait_removed(mark, session) == "exit-code"
    assert journal.wait_entry(root, "SESSION_END", SESSION_ID=session)["EXIT_STATUS"] == "6"


def test_killed_kernel(root, user1, notebook):
    session, _ = user1.start_notebook(notebook)
    path = user1.get(session, "ConnectionFile")
    mark = root.mark()
    root.run("kill", "-KILL", str(user1.get(session, "Leader")))
    assert root.wait_removed(mark, session) == "signal"
    entry = journal.wait_entry(root, "SESSION_END", SESSION_ID=session)
    assert (entry["EXIT_STATUS"], entry["NOTEBOOK"]) == ("9", notebook)
    assert user1.try_run("test", "-e", path).status != 0


def test_notebooks_cannot_be_attached_to(user1, notebook):
    session, _ = user1.start_notebook(notebook)
    with pytest.raises(BusError) as refused:
        user1.attach(session)
    assert refused.value.name.endswith("Error.NotAttachable")
    assert "ConnectionFile" in refused.value.message


def test_nothing_is_left_of_a_notebook_that_is_stopped_while_its_keeper_is_away(root, user1, notebook):
    drop_in = "/run/systemd/system/compute-keeper-.service.d"
    root.shell(f"mkdir -p {drop_in}; printf '[Service]\\nRestartSec=1\\n' > {drop_in}/slow.conf; systemctl daemon-reload")
    session, _ = user1.start_notebook(notebook)
    connection_file = user1.get(session, "ConnectionFile")
    root.run("systemctl", "kill", "--signal=KILL", "--kill-who=main", f"compute-keeper-{session}.service")
    user1.stop(session)
    root.shell(f"rm -r {drop_in}; systemctl daemon-reload")
    assert user1.try_run("test", "-e", connection_file).status == 1
