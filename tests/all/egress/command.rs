//! What the command says of HTTP.

use std::process::Output;

use super::server::Server;
use crate::command::fumehood;

#[track_caller]
fn text(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn hosts_are_allowed_one_by_one() {
    let server = Server::start();
    let code = format!(
        "import requests, urllib.request
print(requests.get('http://127.0.0.1:{0}/a').text)
print(urllib.request.urlopen('http://127.0.0.1:{0}/b').read())
requests.post('http://127.0.0.1:{0}/c')",
        server.port
    );
    let host = format!("127.0.0.1:{}", server.port);
    let output = fumehood(&["exec", "-c", &code, "--allow-http-private", &host]).output().unwrap();
    let (stdout, stderr) = text(&output);
    assert_eq!(stdout, "this is /a\nb'this is /b'\n", "{stderr}");
    assert!(stderr.contains("`127.0.0.1` is allowed, but not with the method POST"), "{stderr}");
    // A public host is allowed by the other flag, and this is none.
    let output = fumehood(&["exec", "-c", &code, "--allow-http", &host]).output().unwrap();
    let (stdout, stderr) = text(&output);
    assert_eq!(stdout, "");
    assert!(stderr.contains("is at 127.0.0.1, which is a loopback address"), "{stderr}");
    assert_eq!(server.requests().len(), 2);
    let output = fumehood(&["exec", "-c", "1", "--allow-http", "*evil.test"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output).1.contains("[SCHEME://]HOST[:PORT][/PATH][=METHODS]"));
}

#[test]
fn a_file_has_limits_and_credentials() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("http.toml");
    let say = |rest: &str| {
        let host = format!("127.0.0.1:{}", server.port);
        std::fs::write(&file, format!("[http]\nprivate = ['{host}']\nresponse = '1KiB'\n{rest}"))
            .unwrap();
        host
    };
    let host = say("");
    say(&format!(
        "[[credentials]]\nhost = '{host}'\nheader = 'authorization'\nprefix = 'Bearer '\nenv = 'TOKEN_OF_TESTS'"
    ));
    let file = file.to_str().unwrap();
    let code = format!(
        "import requests, os
print(requests.get('http://{host}/echo').text.count('Bearer ************'), os.environ.get('TOKEN_OF_TESTS'))
print(len(requests.get('http://{host}/large?1024').content))
requests.get('http://{host}/large?1025')"
    );
    let mut command = fumehood(&["exec", "-c", &code, "--http", file]);
    let (stdout, stderr) = text(&command.env("TOKEN_OF_TESTS", "s3cret-token").output().unwrap());
    assert_eq!(stdout, "1 None\n1024\n", "{stderr}");
    assert!(stderr.contains("larger than 1024 bytes"), "{stderr}");
    assert!(server.requests()[0].contains("authorization: Bearer s3cret-token\r\n"));
    let (_, stderr) = text(&fumehood(&["exec", "-c", "1", "--http", file]).output().unwrap());
    assert!(stderr.contains("the environment variable TOKEN_OF_TESTS is not set"), "{stderr}");
    say("respons = 1");
    let (_, stderr) = text(&fumehood(&["exec", "-c", "1", "--http", file]).output().unwrap());
    assert!(stderr.contains("line 4: there is no key `respons`"), "{stderr}");
}

#[test]
fn what_was_asked_for_and_what_was_refused_is_in_the_log() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    let code = format!(
        "import requests
print(requests.get('http://127.0.0.1:{}/a?token=s3cret').text)
for url in ['http://169.254.169.254/latest/meta-data', 'https://ada:s3cret@example.org/']:
    try:
        requests.get(url)
    except requests.RequestException:
        pass
final_answer('done')",
        server.port
    );
    let reply = serde_json::json!({ "content": format!("Thought: I look.\n<code>\n{code}\n") });
    std::fs::write(folder.path().join("replies.jsonl"), format!("{reply}\n")).unwrap();
    let host = format!("127.0.0.1:{}", server.port);
    let arguments = [
        &["run", "Look.", "--model", "replay:replies.jsonl", "--audit", "audit.jsonl"][..],
        &["--allow-http", "*", "--allow-http-private", &host],
    ];
    let output = fumehood(&arguments.concat()).current_dir(folder.path()).output().unwrap();
    assert_eq!(text(&output).0, "done\n", "{}", text(&output).1);
    let log = std::fs::read_to_string(folder.path().join("audit.jsonl")).unwrap();
    let lines = log.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let requests = lines.filter(|line| line["event"] == "request").collect::<Vec<_>>();
    let [answered, metadata, ..] = requests.as_slice() else { panic!("{log}") };
    assert_eq!(answered["server"], format!("http://{host}"));
    assert_eq!((&answered["status"], &answered["method"]), (&200.into(), &"GET".into()));
    assert_eq!(metadata["server"], "http://169.254.169.254");
    let reason = metadata["reason"].as_str().unwrap();
    assert!(reason.contains("link-local"), "{reason}");
    // The line of the call has the whole URL, unless the policy keeps it out; this one is not to tell it then.
    assert!(requests.iter().all(|line| !line.to_string().contains("s3cret")), "{requests:?}");
    assert!(requests.len() >= 3, "{requests:?}");
    let verified =
        fumehood(&["audit", "verify", "audit.jsonl"]).current_dir(folder.path()).output();
    assert_eq!(verified.unwrap().status.code(), Some(0));
}
