//! What ran the code of an agent: its limits, and where it was.

use serde_json::Value;

use crate::agents::import::report::Report;
use crate::units;

/// What is said of an argument of an executor.
const ARGUMENTS: [(&[&str], &str); 6] = [
    (
        &["image_name", "build_new_image", "dockerfile_content", "template", "image", "image_id"],
        "code runs in the guest image; `fumehood image prepare NAME` makes one with more in it, which \
         `image = \"NAME\"` begins with",
    ),
    (&["host", "port", "sandbox_name", "region"], "there is no server that code is sent to"),
    (
        &["timeout", "ttl"],
        "it is how long a machine is kept; `limits.time` says how long a step may take, and `max_steps` how \
         many there are",
    ),
    (&["envs", "environment", "env", "env_vars"], "name the variables in `[env]`"),
    (&["api_key", "token"], "no key is needed, as the sandbox is here"),
    (
        &["additional_functions"],
        "functions are not saved; code can define them, and `--tool` brings programs of this machine",
    ),
];

/// The same of an argument with which a container was run.
const CONTAINER: [(&[&str], &str); 7] = [
    (
        &["memswap_limit", "mem_reservation", "mem_swappiness", "shm_size", "kernel_memory"],
        "`limits.memory` is all the memory there is",
    ),
    (
        &["cpu_quota", "cpu_period", "cpu_shares", "cpu_count", "nano_cpus", "cpus", "cpuset_cpus"],
        "code has one processor; say `limits.cpu` for the time that it may compute in a step",
    ),
    (
        &["pids_limit", "ulimits"],
        "code cannot start processes, and has limits of its own; see `[limits]`",
    ),
    (
        &["network", "network_mode", "network_disabled", "ports", "dns", "extra_hosts"],
        "code has no network; a tool reaches what has to be reached",
    ),
    (&["volumes", "mounts", "tmpfs", "working_dir"], "name the folders in `[[grants]]`"),
    (&["environment", "env"], "name the variables in `[env]`"),
    (
        &["user", "cap_drop", "cap_add", "security_opt", "privileged", "read_only", "runtime"],
        "code has no rights but those that are granted",
    ),
];

/// What ran the code, and what code may use.
pub(super) fn executor(saved: &Value, lines: &mut Vec<String>, report: &mut Report) {
    const NOTHING: &str = "the sandbox has nothing like it";
    if let Some(executor) = saved["executor_type"].as_str() {
        report.mapped(format!("executor_type {executor}"), "the sandbox");
    }
    for (key, value) in saved["executor_kwargs"].as_object().into_iter().flatten() {
        let what = format!("executor_kwargs.{key}");
        let seconds = value.as_f64().filter(|seconds| (0.001..=86_400.0).contains(seconds));
        match (key.as_str(), seconds, value) {
            ("timeout_seconds", Some(seconds), _) => {
                lines.extend(["\n[limits]".to_owned(), format!("time = \"{seconds}s\"")]);
                report.mapped(what, format!("limits.time = \"{seconds}s\""));
            }
            ("container_run_kwargs", _, Value::Object(arguments)) => {
                for (key, value) in arguments {
                    let why = match key.as_str() {
                        "mem_limit" => memory(value),
                        key => advice(&CONTAINER, key).unwrap_or(NOTHING).to_owned(),
                    };
                    report.not(format!("{what}.{key}"), why);
                }
            }
            (key, _, _) => report.not(what, advice(&ARGUMENTS, key).unwrap_or(NOTHING)),
        }
    }
    if !saved["max_print_outputs_length"].is_null() {
        let why = "a model is told 20,000 characters of what is printed";
        report.not("max_print_outputs_length", why);
    }
}

fn advice(all: &[(&[&str], &'static str)], key: &str) -> Option<&'static str> {
    all.iter().find(|(keys, _)| keys.contains(&key)).map(|(_, advice)| *advice)
}

/// What to say for the memory of a container, which is a number of bytes, or one with a unit of a letter.
fn memory(limit: &Value) -> String {
    let bytes = match limit {
        Value::String(text) => {
            let text = text.trim().to_ascii_lowercase();
            let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
            let bits = match text[digits.len()..].trim_end_matches('b') {
                "" => Some(0),
                "k" => Some(10),
                "m" => Some(20),
                "g" => Some(30),
                _ => None,
            };
            digits.parse::<u64>().ok().zip(bits).and_then(|(n, bits)| n.checked_mul(1 << bits))
        }
        number => number.as_u64(),
    };
    let example = bytes.map(units::exact_bytes).unwrap_or("1GiB".to_owned());
    format!(
        "say `memory = \"{example}\"` in `[limits]`; a step has it for its values, its libraries and the \
         interpreter"
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_memory_of_a_container_is_read_with_its_unit() {
        for (limit, told) in [
            (json!("512m"), "512MiB"),
            (json!("2G"), "2GiB"),
            (json!("64kb"), "64KiB"),
            (json!(1 << 30), "1GiB"),
            (json!("1048576"), "1MiB"),
            (json!("99999999999999999999g"), "1GiB"),
            (json!("é"), "1GiB"),
            (json!([]), "1GiB"),
        ] {
            let advice = memory(&limit);
            assert!(advice.contains(&format!("`memory = \"{told}\"`")), "{limit}: {advice}");
        }
    }
}
