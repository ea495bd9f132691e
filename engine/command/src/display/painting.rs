//! Colours for what a model says: Markdown, with Python in it. They are those of the terminal's own palette.

use std::sync::OnceLock;

use console::Style;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxReference, SyntaxSet};

/// What parts of a text look like, by their scope: the innermost that is listed counts.
const STYLES: [(&str, Paint); 16] = [
    ("comment", Paint::Faint),
    ("string", Paint::Green),
    ("constant.numeric", Paint::Cyan),
    ("constant.language", Paint::Cyan),
    ("keyword", Paint::Magenta),
    ("storage", Paint::Magenta),
    ("entity.name", Paint::Blue),
    ("support.function", Paint::Blue),
    ("variable.function", Paint::Blue),
    ("markup.heading", Paint::Bold),
    ("markup.bold", Paint::Bold),
    ("markup.italic", Paint::Italic),
    ("markup.raw", Paint::Cyan),
    ("markup.quote", Paint::Faint),
    ("markup.underline.link", Paint::Blue),
    ("punctuation.definition.list_item", Paint::Blue),
];

#[derive(Clone, Copy)]
enum Paint {
    Faint,
    Bold,
    Italic,
    Green,
    Cyan,
    Magenta,
    Blue,
}

impl Paint {
    fn style(self) -> Style {
        let style = Style::new().for_stderr();
        match self {
            Paint::Faint => style.dim(),
            Paint::Bold => style.bold(),
            Paint::Italic => style.italic(),
            Paint::Green => style.green(),
            Paint::Cyan => style.cyan(),
            Paint::Magenta => style.magenta(),
            Paint::Blue => style.blue(),
        }
    }
}

struct Palette {
    syntaxes: SyntaxSet,
    styles: Vec<(Scope, Style)>,
}

impl Palette {
    fn get() -> &'static Palette {
        static PALETTE: OnceLock<Palette> = OnceLock::new();
        PALETTE.get_or_init(|| {
            let style =
                |(scope, paint): (&str, Paint)| Some((Scope::new(scope).ok()?, paint.style()));
            Palette {
                syntaxes: SyntaxSet::load_defaults_newlines(),
                styles: STYLES.into_iter().filter_map(style).collect(),
            }
        })
    }

    fn syntax(&self, name: &str) -> &SyntaxReference {
        let found = self.syntaxes.find_syntax_by_name(name);
        found.unwrap_or_else(|| self.syntaxes.find_syntax_plain_text())
    }

    fn style(&self, stack: &ScopeStack) -> Option<&Style> {
        let styled = |scope: &Scope| self.styles.iter().find(|(of, _)| of.is_prefix_of(*scope));
        stack.as_slice().iter().rev().find_map(styled).map(|(_, style)| style)
    }
}

/// Reads what is needed for painting, if that was not done yet.
pub(crate) fn prepare() {
    Palette::get();
}

/// Paints a text line by line, as it comes.
pub(crate) struct Painter {
    state: ParseState,
    stack: ScopeStack,
    /// What ends the code that the text is in; nothing, outside of code.
    code_until: Option<&'static str>,
}

impl Painter {
    /// For what a model says: Markdown, with Python between tags or in blocks.
    pub(crate) fn of_reply() -> Painter {
        Painter::of("Markdown", None)
    }

    /// For Python.
    pub(crate) fn of_python() -> Painter {
        Painter::of("Python", Some("\0"))
    }

    fn of(syntax: &str, code_until: Option<&'static str>) -> Painter {
        let state = ParseState::new(Palette::get().syntax(syntax));
        Painter { state, stack: ScopeStack::new(), code_until }
    }

    /// A line with its colours; without its end, if it has one.
    pub(crate) fn paint(&mut self, line: &str) -> String {
        let line = line.trim_end_matches('\n');
        let start = line.trim_start().to_ascii_lowercase();
        match self.code_until {
            Some(end) if start.starts_with(end) => {
                *self = Painter::of_reply();
                Paint::Faint.style().apply_to(line).to_string()
            }
            None if start.starts_with("<code") || start.starts_with("```py") => {
                let end = if start.starts_with('<') { "</code" } else { "```" };
                *self = Painter::of("Python", Some(end));
                let tag = line
                    .find('>')
                    .filter(|_| start.starts_with('<'))
                    .map_or(line.len(), |at| at + 1);
                let (tag, code) = line.split_at(tag);
                let tag = Paint::Faint.style().apply_to(tag).to_string();
                if code.is_empty() { tag } else { tag + &self.painted(code) }
            }
            _ => self.painted(line),
        }
    }

    fn painted(&mut self, line: &str) -> String {
        let palette = Palette::get();
        let whole = format!("{line}\n");
        let Ok(changes) = self.state.parse_line(&whole, &palette.syntaxes) else {
            return line.to_owned();
        };
        let mut painted = String::new();
        let mut at = 0;
        let mut add = |stack: &ScopeStack, part: &str| match palette.style(stack) {
            Some(style) if !part.trim().is_empty() => {
                painted.push_str(&style.apply_to(part).to_string())
            }
            _ => painted.push_str(part),
        };
        for (next, change) in &changes {
            let next = (*next).min(line.len());
            add(&self.stack, &line[at..next]);
            at = next;
            if self.stack.apply(change).is_err() {
                break;
            }
        }
        add(&self.stack, &line[at..]);
        painted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Colours are for terminals, and tests have none.
    fn painted(painter: &mut Painter, text: &str) -> String {
        console::set_colors_enabled_stderr(true);
        text.lines().map(|line| painter.paint(line) + "\n").collect()
    }

    #[test]
    fn code_between_tags_is_painted_as_python_and_the_rest_as_markdown() {
        let text = "Thought: *now*\n<code>\nif x:  # so\n    y = 'a'\n</code>\n# Done\n";
        let shown = painted(&mut Painter::of_reply(), text);
        assert_eq!(console::strip_ansi_codes(&shown), text);
        for part in ["\x1b[35mif\x1b[0m", "\x1b[2m# so\x1b[0m", "\x1b[2m</code>\x1b[0m"] {
            let plain = shown.replace("\x1b[2m#\x1b[0m\x1b[2m so\x1b[0m", "\x1b[2m# so\x1b[0m");
            assert!(plain.contains(part), "{part:?} in {shown:?}");
        }
        assert!(shown.contains("\x1b[1m"), "{shown:?}");
    }

    #[test]
    fn nothing_that_is_said_gets_lost() {
        for text in ["<code>x = 1", "```python\nx\n```\n", "é *ü\n\n`", "def f(:\n  '''a\nb"] {
            for mut painter in [Painter::of_reply(), Painter::of_python()] {
                let shown = painted(&mut painter, text);
                let lines = text.lines().map(|line| line.to_owned() + "\n").collect::<String>();
                assert_eq!(console::strip_ansi_codes(&shown), lines);
            }
        }
    }
}
