//! HTML as Markdown: the article of a page, or all of it.

use std::time::Instant;

use dom_query::{Document, NodeRef};
use dom_smoothie::{Config, Readability};
use reqwest::Url;

use super::tree::Tree;
use super::{Page, Unreadable, tables};

/// Nothing of these is for readers of text.
const UNREAD: &str = "script, style, noscript, template, svg, iframe, object, embed, canvas, audio, video, input, \
                      select, textarea, button, dialog, [hidden], [style*='display:none'], \
                      [style*='display: none'], .mw-editsection, .headerlink";
/// Blocks that are written as such.
const BLOCKS: &str = "main, header, footer, aside, nav, figure, figcaption, address, details, summary, fieldset, \
                      form, legend, hgroup, center, dt, dd";
/// Bytes of an address beyond which a link is only its text.
const ADDRESS: usize = 2_000;
/// Stands for `&` in addresses, of which the serializer would make what it is in HTML. No text has it.
const AND: &str = "\u{fdd0}";
/// Bytes of a line about the page.
const LINE: usize = 500;

/// The page at a URL: its article, if it has one and not all is wanted.
pub(super) fn read(html: &str, url: &Url, whole: bool, until: Instant) -> Result<Page, Unreadable> {
    let Tree { document, complete } = Tree::of(html, until)?;
    let base = document.base_uri().and_then(|base| url.join(base.trim()).ok());
    let base = base.filter(is_web).unwrap_or_else(|| url.clone());
    // What follows would read it in its own way.
    document.select("base").remove();
    let title = document.select_single("title").text();
    let title = line(&title);
    if !whole && let Some(page) = article(&document, &title, &base, complete) {
        return Ok(page);
    }
    let body = document.body().unwrap_or_else(|| document.root());
    let text = markdown(&body, &base);
    Ok(Page { title, about: String::new(), text, is_article: false, complete })
}

/// What a page is there for, without what is on all pages of its site.
fn article(document: &Document, title: &str, base: &Url, complete: bool) -> Option<Page> {
    let config = Config {
        keep_classes: true,
        // It is read by a parser that nobody has limited.
        disable_json_ld: true,
        ..Config::default()
    };
    // Whatever it does to its copy, the whole page may be wanted after all.
    let reading = Readability::with_document(document.clone(), Some(base.as_str()), Some(config));
    let mut reading = reading.ok()?;
    if !reading.is_probably_readable() {
        return None;
    }
    let found = reading.parse().ok()?;
    let content = reading.doc.select_single("#readability-page-1");
    let text = markdown(content.nodes().first()?, base);
    if text.is_empty() {
        return None;
    }
    let byline = found.byline.as_deref().map(line).filter(|byline| !byline.is_empty());
    let published = found.published_time.as_deref().map(line);
    let about = [byline, published].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let title = match line(&found.title) {
        said if said.is_empty() => title.to_owned(),
        said => said,
    };
    Some(Page { title, about, text, is_article: true, complete })
}

/// One line of what a page says about itself.
fn line(text: &str) -> String {
    crate::texts::line(text, LINE)
}

/// What is below a node, as Markdown. It changes the tree.
fn markdown(root: &NodeRef<'_>, base: &Url) -> String {
    let below = dom_query::Selection::from(*root);
    below.select(UNREAD).remove();
    tables::prepare(root);
    below.select(BLOCKS).rename("div");
    for raised in below.select("sup").nodes() {
        raise(raised);
    }
    for link in below.select("a").nodes() {
        link.remove_attr("title");
        match link.attr("href").and_then(|href| address(&href, base)) {
            Some(href) => link.set_attr("href", &href),
            None => link.remove_attr("href"),
        }
    }
    for image in below.select("img").nodes() {
        let addresses = ["src", "data-src", "data-original"].into_iter();
        let mut addresses = addresses.filter_map(|name| address(&image.attr(name)?, base));
        let Some(src) = addresses.next() else {
            image.remove_from_parent();
            continue;
        };
        let alt = image.attr("alt");
        image.remove_all_attrs();
        image.set_attr("src", &src);
        if let Some(alt) = alt {
            image.set_attr("alt", &alt);
        }
    }
    tidy(&root.md(None))
}

/// Says that something is above the line, where it would be read as another number or word: `10^6`, `word[1]`.
fn raise(raised: &NodeRef<'_>) {
    let text = raised.text();
    let text = text.trim();
    let is_note = dom_query::Selection::from(*raised).select("a[href^='#']").exists();
    let is_word = text.chars().count() > 1 && text.chars().all(char::is_alphabetic);
    let (before, after) = match is_note {
        true if text.starts_with(['[', '(']) => return,
        true => ("[", "]"),
        // `1st`, and what is no power of anything.
        false if is_word || text.is_empty() => return,
        false if text.chars().all(char::is_alphanumeric) => ("^", ""),
        false => ("^(", ")"),
    };
    raised.prepend_child(&raised.tree.new_text(before));
    raised.append_child(&raised.tree.new_text(after));
}

/// Where a link leads, if that is elsewhere and a place for readers.
fn address(href: &str, base: &Url) -> Option<String> {
    let href = href.trim();
    if href.is_empty() || href.starts_with('#') || href.len() > ADDRESS {
        return None;
    }
    let url = base.join(href).ok()?;
    let is_short = url.as_str().len() <= ADDRESS;
    let leads = is_short && (is_web(&url) || url.scheme() == "mailto");
    leads.then(|| url.as_str().replace('&', AND))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

/// Without blanks at the ends of lines, and without more than one empty line at a time, but in code.
fn tidy(markdown: &str) -> String {
    let mut tidied = String::with_capacity(markdown.len());
    // What ends the code that we are in.
    let mut fence: Option<&str> = None;
    let mut empty = true;
    for line in markdown.lines() {
        let ticks = line.trim_start();
        let ticks = &ticks[..ticks.len() - ticks.trim_start_matches('`').len()];
        match fence {
            Some(end) if ticks == end && line.trim() == end => fence = None,
            Some(_) => {}
            None if ticks.len() >= 3 => fence = Some(ticks),
            None => {
                let line = line.trim_end();
                if line.is_empty() && empty {
                    continue;
                }
                empty = line.is_empty();
                push_words(&mut tidied, line);
                tidied.push('\n');
                continue;
            }
        }
        empty = false;
        tidied.extend(line.chars().filter(|c| !c.is_control() || *c == '\t'));
        tidied.push('\n');
    }
    tidied.truncate(tidied.trim_end().len());
    tidied
}

/// A line of text, in which `_` within a word is written as it is: it means nothing there, and names and addresses
/// are for others to use.
fn push_words(text: &mut String, line: &str) {
    let mut is_code = false;
    let mut last = ' ';
    let mut rest = line.chars();
    while let Some(character) = rest.next() {
        is_code ^= character == '`' && (is_code || last != '\\');
        let mut next = rest.clone();
        let is_escape = character == '\\' && !is_code && last.is_alphanumeric();
        if is_escape && next.next() == Some('_') && next.next().is_some_and(char::is_alphanumeric) {
            continue;
        }
        last = character;
        match character {
            '\u{a0}' | '\t' => text.push(' '),
            '\u{fdd0}' => text.push('&'),
            '\u{ad}' => {}
            c if c.is_control() => {}
            c => text.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn read(html: &str) -> String {
        let url = Url::parse("https://site.test/a/b?c").unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        super::read(html, &url, true, until).unwrap().text
    }

    #[test]
    fn what_is_above_the_line_is_not_read_as_what_is_before_it() {
        for (html, text) in [
            ("10<sup>6</sup> m<sup>2</sup>", "10^6 m^2"),
            ("10<sup>-6</sup>, x<sup>n+1</sup>", "10^(-6), x^(n+1)"),
            ("the 1<sup>st</sup> day", "the 1st day"),
            ("said so<sup><a href=#n>2</a></sup>.", "said so\\[2\\]."),
            ("said so<sup><a href=#n>[2]</a></sup>.", "said so\\[2\\]."),
            ("<sup></sup>nothing", "nothing"),
        ] {
            assert_eq!(read(html), text, "{html}");
        }
    }

    #[test]
    fn links_lead_where_they_lead_for_everybody() {
        for (html, text) in [
            ("<a href='/x?a=1&amp;b=2'>x</a>", "[x](https://site.test/x?a=1&b=2)"),
            ("<a href=//other.test>x</a>", "[x](https://other.test/)"),
            ("<base href=/base/><a href=x>x</a>", "[x](https://site.test/base/x)"),
            ("<base href='javascript:x'><a href=x>x</a>", "[x](https://site.test/a/x)"),
            ("<a href=#here>x</a>", "x"),
            ("<a href='javascript:alert(1)'>x</a><a href='data:,x'>y</a>", "xy"),
            ("<a href='http://['>x</a>", "x"),
            ("<img src='data:image/png;base64,AAAA' alt=x>after", "after"),
            (
                "<img src='x.png' alt='a &amp; b' title=t onerror=x>",
                "![a & b](https://site.test/a/x.png)",
            ),
        ] {
            assert_eq!(read(html), text, "{html}");
        }
        assert_eq!(read(&format!("<a href='/{}'>x</a>", "y".repeat(ADDRESS))), "x");
    }

    #[test]
    fn names_stay_what_they_are() {
        for (html, text) in [
            ("my_own_name and https://site.test/a_b", "my_own_name and https://site.test/a_b"),
            ("_all_ of __it__", "\\_all\\_ of \\_\\_it\\_\\_"),
            ("<code>a\\_b</code> a_b", "`a\\_b` a_b"),
            ("a ` b_c", "a \\` b_c"),
            ("a\u{a0}b\u{ad}c\u{7}", "a bc"),
            ("<pre>a_b\n\n\n\tc\\_d</pre>", "```\na_b\n\n\n\tc\\_d\n```"),
        ] {
            assert_eq!(read(html), text, "{html}");
        }
    }
}
