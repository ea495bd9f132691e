//! HTML as a tree that stays small, whatever it is made of.
//!
//! What is written in a few bytes can become a tree of gigabytes, and take hours: formatting that is begun again in
//! each paragraph, tags that are never closed, attributes without end. So the parser is given a little at a time, and
//! between two pieces somebody looks at the clock and at the tree. What is there by then is read.

use std::borrow::Cow;
use std::cell::Ref;
use std::time::Instant;

use dom_query::{Document, NodeId};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink as _};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, parse_document};

use super::Unreadable;

/// Bytes that the parser is given at a time.
const PIECE: usize = 1024;
/// Nodes of a tree after which no more is read.
const NODES: usize = 300_000;
/// Nodes that one piece may add beyond that.
const BOMB: usize = 300_000;
/// How deep elements are within each other; what is deeper goes beside its parent, as it does in browsers.
const DEPTH: usize = 128;
/// How deep they may come to be when the parser moves some.
const MOVED: usize = 2 * DEPTH;

/// A tree.
pub(super) struct Tree {
    pub(super) document: Document,
    /// Whether it is all of the page.
    pub(super) complete: bool,
}

impl Tree {
    /// Reads HTML, or as much of it as can be read until then.
    pub(super) fn of(html: &str, until: Instant) -> Result<Tree, Unreadable> {
        let opts = ParseOpts {
            tree_builder: TreeBuilderOpts { scripting_enabled: false, ..Default::default() },
            ..Default::default()
        };
        let mut parser = parse_document(Shallow(Document::default()), opts);
        let mut rest = html;
        while !rest.is_empty() {
            let tree = &parser.tokenizer.sink.sink.0;
            // Nobody reads them, and each byte can be one.
            tree.errors.borrow_mut().clear();
            if tree.tree.len() > NODES || Instant::now() > until {
                break;
            }
            let (piece, others) = rest.split_at(rest.ceil_char_boundary(PIECE));
            parser.process(StrTendril::from_slice(piece));
            rest = others;
        }
        let complete = rest.is_empty();
        let document = parser.finish();
        match is_shallow(&document) {
            true => Ok(Tree { document, complete }),
            false => Err(Unreadable::Nested),
        }
    }
}

/// Whether no element is deeper than all that reads trees can bear.
fn is_shallow(document: &Document) -> bool {
    let mut level = vec![document.root()];
    for _ in 0..MOVED {
        level = level.iter().flat_map(|node| node.children_it(false)).collect();
        if level.is_empty() {
            return true;
        }
    }
    false
}

/// A document whose elements are not nested more deeply than [`DEPTH`], and of which there are not too many.
struct Shallow(Document);

impl Shallow {
    /// Where a child of this element goes.
    fn parent(&self, parent: NodeId) -> NodeId {
        let tree = &self.0.tree;
        let depth = tree.ancestor_ids_of_it(&parent, Some(MOVED)).count();
        let above = depth.checked_sub(DEPTH);
        above.and_then(|above| tree.ancestor_ids_of_it(&parent, None).nth(above)).unwrap_or(parent)
    }

    fn count(&self) {
        if self.0.tree.len() > NODES + BOMB {
            // The parser has no other way out. Whoever has begun the work gets to know why it has ended.
            std::panic::resume_unwind(Box::new(Unreadable::Large));
        }
    }
}

impl TreeSink for Shallow {
    type Handle = NodeId;
    type Output = Document;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Document {
        self.0
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.0.parse_error(message);
    }

    fn get_document(&self) -> NodeId {
        self.0.get_document()
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        self.0.elem_name(target)
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        flags: ElementFlags,
    ) -> NodeId {
        self.count();
        self.0.create_element(name, attributes, flags)
    }

    fn create_comment(&self, text: StrTendril) -> NodeId {
        self.count();
        self.0.create_comment(text)
    }

    fn create_pi(&self, target: StrTendril, data: StrTendril) -> NodeId {
        self.0.create_pi(target, data)
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        match child {
            NodeOrText::AppendNode(_) => self.0.append(&self.parent(*parent), child),
            NodeOrText::AppendText(_) => self.0.append(parent, child),
        }
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        previous: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        match self.0.tree.parent_of(element) {
            Some(_) => self.0.append_before_sibling(element, child),
            None => self.append(previous, child),
        }
    }

    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.0.append_doctype_to_document(name, public, system);
    }

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        self.0.get_template_contents(target)
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.0.set_quirks_mode(mode);
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        self.0.append_before_sibling(sibling, child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        self.0.add_attrs_if_missing(target, attributes);
    }

    fn remove_from_parent(&self, target: &NodeId) {
        self.0.remove_from_parent(target);
    }

    fn reparent_children(&self, node: &NodeId, parent: &NodeId) {
        self.0.reparent_children(node, parent);
    }

    fn is_mathml_annotation_xml_integration_point(&self, target: &NodeId) -> bool {
        self.0.is_mathml_annotation_xml_integration_point(target)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn tree(html: &str) -> Result<Tree, Unreadable> {
        Tree::of(html, Instant::now() + Duration::from_secs(60))
    }

    fn depth(document: &Document) -> usize {
        let mut depth = 0;
        let mut level = vec![document.root()];
        while !level.is_empty() {
            level = level.iter().flat_map(|node| node.children_it(false)).collect();
            depth += 1;
        }
        depth
    }

    #[test]
    fn a_tree_is_what_a_parser_makes_of_it() {
        for html in [
            "<!doctype html><title>a</title><p>b<p>c<table><td>d<p>e</table>f<b><i>g</b>h</i>",
            "<table>x<tr><td>y</table><template><p>z</template><svg><path/></svg><math><mi>x",
            "<ul><li>a<li>b</ul>ü<!-- c --><select><option>1<option>2</select>",
        ] {
            let read = tree(html).unwrap();
            assert!(read.complete);
            assert_eq!(read.document.html(), Document::from(html).html());
        }
    }

    #[test]
    fn elements_beyond_the_depth_stand_beside_each_other() {
        let read = tree(&format!("{}x{}y", "<div>".repeat(5_000), "</div>".repeat(5_000))).unwrap();
        assert!(read.complete);
        assert!(depth(&read.document) <= DEPTH + 2, "{}", depth(&read.document));
        assert_eq!(read.document.text().as_ref(), "xy");
    }

    #[test]
    fn what_takes_too_long_is_read_as_far_as_it_came() {
        let html = format!("<p>first</p>{}", "<div>".repeat(1_000_000));
        let began = Instant::now();
        let read = Tree::of(&html, began + Duration::from_millis(200)).unwrap();
        assert!(!read.complete);
        assert!(read.document.text().contains("first"));
        assert!(began.elapsed() < Duration::from_secs(20));
    }

    #[test]
    fn formatting_that_is_begun_again_in_each_paragraph_is_no_bomb() {
        let formats = (0..5_000).map(|i| format!("<b a{i}>")).collect::<String>();
        let html = format!("<p>{formats}</p>{}", "<p>x".repeat(5_000));
        let ended = std::panic::catch_unwind(|| tree(&html));
        let told = match ended {
            Ok(read) => read.is_ok_and(|read| read.document.tree.len() <= NODES + BOMB + 10),
            Err(reason) => reason.downcast_ref::<Unreadable>().is_some(),
        };
        assert!(told);
    }

    #[test]
    fn attributes_without_end_take_no_longer_than_they_may() {
        let attributes = (0..300_000).map(|i| format!("a{i} ")).collect::<String>();
        let began = Instant::now();
        let read = Tree::of(&format!("<p {attributes}>"), began + Duration::from_millis(200));
        assert!(read.is_ok_and(|read| !read.complete));
        assert!(began.elapsed() < Duration::from_secs(20));
    }
}
