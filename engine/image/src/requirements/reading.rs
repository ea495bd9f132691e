//! Reading a file of requirements, as pip writes them down: names, versions and hashes, and nothing else.

use super::RequirementsError;

/// Bytes of a file of requirements.
const BYTES: usize = 1 << 20;
/// Packages that one can ask for.
const PACKAGES_MOST: usize = 500;
/// Hashes that a package can have: one for each of its files.
const HASHES_MOST: usize = 1000;

/// One of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Where it begins in the file.
    pub(super) number: usize,
    /// The package, its version, and for which interpreters.
    pub(super) wanted: String,
    /// SHA-256 hashes of its files, hexadecimal.
    pub(super) hashes: Vec<String>,
}

/// Reads all lines.
pub(super) fn read(text: &str) -> Result<Vec<Line>, RequirementsError> {
    if text.len() > BYTES {
        let reason = format!("the file is longer than {BYTES} bytes");
        return Err(RequirementsError::Line { number: 1, wanted: String::new(), reason });
    }
    let mut lines = Vec::new();
    let mut rows = text.lines().zip(1..);
    while let Some((row, number)) = rows.next() {
        let mut whole = String::new();
        let mut row = row;
        while let Some(begun) = row.strip_suffix('\\') {
            whole.push_str(begun);
            whole.push(' ');
            row = rows.next().map_or("", |(next, _)| next);
        }
        whole.push_str(row);
        let said = without_comment(&whole).trim();
        if said.is_empty() || said == "--require-hashes" {
            continue;
        }
        let refuse = |reason: String| RequirementsError::Line {
            number,
            wanted: said.split_whitespace().next().unwrap_or_default().to_owned(),
            reason,
        };
        lines.push(line(said, number).map_err(refuse)?);
        if lines.len() > PACKAGES_MOST {
            return Err(refuse(format!("the file has more than {PACKAGES_MOST} packages")));
        }
    }
    Ok(lines)
}

/// A comment begins the line, or comes after a space.
fn without_comment(line: &str) -> &str {
    let is_comment = |(at, _): &(usize, &str)| {
        *at == 0 || line[..*at].ends_with(|before: char| before.is_whitespace())
    };
    let found = line.match_indices('#').find(is_comment);
    found.map_or(line, |(at, _)| &line[..at])
}

fn line(said: &str, number: usize) -> Result<Line, String> {
    if said.starts_with('-') {
        let option = said.split(['=', ' ']).next().unwrap_or_default();
        return Err(format!(
            "there can be no `{option}` here: the file lists packages, each as `name==version --hash=sha256:...`. Where \
             they come from is up to how pip is configured on this machine"
        ));
    }
    let (wanted, options) = match said.find(" --") {
        Some(at) => said.split_at(at),
        None => (said, ""),
    };
    let wanted = wanted.trim();
    let is_path = wanted.starts_with(['.', '/', '~']) || wanted.ends_with(".whl");
    if is_path || wanted.contains("://") || wanted.contains(" @ ") {
        return Err("a package is named, and not where it is; write name==version".to_owned());
    }
    let mut hashes = Vec::new();
    for option in options.split_whitespace() {
        let Some(hash) = option.strip_prefix("--hash=") else {
            return Err(format!("`{option}` means nothing here; there is `--hash=sha256:...`"));
        };
        let digits = hash.strip_prefix("sha256:").filter(|digits| {
            digits.len() == 64 && digits.bytes().all(|byte| byte.is_ascii_hexdigit())
        });
        let Some(digits) = digits else {
            return Err(format!("`{hash}` is no hash; write `sha256:` and 64 hexadecimal digits"));
        };
        hashes.push(digits.to_ascii_lowercase());
    }
    if hashes.is_empty() {
        return Err("it has no hash; `pip-compile --generate-hashes` and `uv pip compile --generate-hashes` write them"
            .to_owned());
    }
    if hashes.len() > HASHES_MOST {
        return Err(format!("it has more than {HASHES_MOST} hashes"));
    }
    Ok(Line { number, wanted: wanted.to_owned(), hashes })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789ABCDEF";

    #[test]
    fn lines_comments_and_continuations_are_read_as_pip_reads_them() {
        let text = format!(
            "# made by a tool\n--require-hashes\n\na==1 --hash=sha256:{HASH}  # of a\n\
             b[x]==2.0 ; python_version > '3' \\\n    --hash=sha256:{HASH} \\\n    --hash=sha256:{HASH}\n    # via a\n"
        );
        let lines = read(&text).unwrap();
        let hash = HASH.to_lowercase();
        assert_eq!(
            lines,
            [
                Line { number: 4, wanted: "a==1".to_owned(), hashes: vec![hash.clone()] },
                Line {
                    number: 5,
                    wanted: "b[x]==2.0 ; python_version > '3'".to_owned(),
                    hashes: vec![hash.clone(), hash],
                },
            ]
        );
        assert_eq!(read("").unwrap(), []);
    }

    #[test]
    fn whatever_else_pip_would_do_is_refused_with_its_line() {
        for (line, told) in [
            ("-r other.txt", "no `-r` here"),
            ("--index-url=https://example.org/simple", "no `--index-url` here"),
            ("-e .", "no `-e` here"),
            ("--find-links wheels", "no `--find-links` here"),
            ("a==1", "it has no hash"),
            ("a==1 --hash=sha256:00", "is no hash"),
            ("a==1 --hash=md5:00", "is no hash"),
            ("a==1 --hash=sha256:zz", "is no hash"),
            ("a==1 --config-settings=x", "means nothing here"),
            ("a @ https://example.org/a.whl --hash=sha256:00", "not where it is"),
            ("https://example.org/a.whl --hash=sha256:00", "not where it is"),
            ("./a --hash=sha256:00", "not where it is"),
            ("a-1-py3-none-any.whl --hash=sha256:00", "not where it is"),
            ("a==1 \\", "it has no hash"),
        ] {
            let error = read(&format!("\n{line}")).unwrap_err().to_string();
            assert!(error.starts_with("line 2"), "{error}");
            assert!(error.contains(told), "{line}: {error}");
        }
        let many = format!("a==1 --hash=sha256:{HASH}\n").repeat(PACKAGES_MOST + 1);
        assert!(read(&many).unwrap_err().to_string().contains("more than 500 packages"));
        assert!(read(&"#".repeat(BYTES + 1)).unwrap_err().to_string().contains("longer than"));
    }
}
