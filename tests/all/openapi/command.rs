//! A description of operations, given to the command.

use super::PETS;
use super::server::Server;
use crate::command::fumehood;

#[test]
fn a_description_names_operations_and_where_credentials_are() {
    let server = Server::start();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("pets.yaml"), PETS).unwrap();
    let file = folder.path().join("shop.toml");
    let run = |rest: &str, code: &str| {
        let text = format!(
            "source = 'openapi'\ndocument = 'pets.yaml'\nserver = '{}'\nprivate = true\n{rest}",
            server.url()
        );
        std::fs::write(&file, text).unwrap();
        let tool = file.to_str().unwrap();
        let mut command = fumehood(&["exec", "--tool", tool, "-c", code]);
        let output = command.env("KEY_OF_TESTS", "s3cret-key").output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (text(&output.stdout), text(&output.stderr))
    };
    let key = "[credentials]\nkey = { env = 'KEY_OF_TESTS' }";
    let (stdout, stderr) = run(
        &format!("allow = ['addPet']\nallow_reads = true\nprefix = 'shop'\n{key}"),
        "print(shop_addPet('Tom'), shop_listPets(), shop_getAccount())",
    );
    assert_eq!(stdout, "{'id': 1, 'name': 'Tom'} [{'id': 1, 'name': 'Tom'}] None\n", "{stderr}");
    assert_eq!(server.requests().pop().unwrap().header("x-key"), Some("s3cret-key"));
    let (stdout, stderr) = run("allow_reads = true", "print(getPet(1)['name'])");
    assert_eq!(stdout, "Tom\n", "{stderr}");
    assert!(
        stderr.contains("fumehood: getAccount (GET /account) is left out: it wants"),
        "{stderr}"
    );
    for (rest, told) in [
        ("allow = ['getCat']", "`getCat` is allowed, and no operation is like that"),
        (
            "allow = ['getAccount']\n[credentials]\nkey = { env = 'NO_SUCH_KEY' }",
            "variable NO_SUCH_KEY is not set",
        ),
        ("allow = 3", "shop.toml"),
        ("alow = []", "alow"),
        ("[limits]\ntime = '1 fortnight'", "shop.toml"),
        ("[limits]\nresponse = '10B'\n", "the body of the answer is larger than 10 bytes"),
    ] {
        let rest = if rest.contains("10B") {
            format!("allow = ['listPets']\n{rest}")
        } else {
            rest.to_owned()
        };
        let (stdout, stderr) = run(&rest, "print(listPets())");
        assert!(stdout.is_empty() && stderr.contains(told), "{rest}: {stdout}{stderr}");
    }
}
