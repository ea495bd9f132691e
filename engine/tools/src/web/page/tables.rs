//! Tables that Markdown has a form for: each row with as many cells as the others.

use dom_query::NodeRef;

/// Columns beyond which a table stays as it is.
const COLUMNS: usize = 100;
/// Cells that are added to a page.
const ADDED: usize = 20_000;
/// No cell goes over more rows.
const ROWS: usize = 1_000;

/// Makes tables out of those that are data, and blocks out of those that others stand in: these only say where on a
/// screen things go.
pub(super) fn prepare(root: &NodeRef<'_>) {
    let tables = root.descendants_it().filter(|node| node.has_name("table")).collect::<Vec<_>>();
    let mut added = 0;
    for table in &tables {
        let caption = table.children_it(false).find(|child| child.has_name("caption"));
        if let Some(caption) = caption {
            caption.rename("p");
            table.insert_before(&caption);
        }
        if table.descendants_it().any(|node| node.has_name("table")) {
            dissolve(table);
        } else {
            square(table, &mut added);
        }
    }
}

fn is_cell(node: &NodeRef<'_>) -> bool {
    node.has_name("td") || node.has_name("th")
}

/// The rows of a table in which no other stands.
fn rows<'a>(table: &NodeRef<'a>) -> Vec<NodeRef<'a>> {
    table.descendants_it().filter(|node| node.has_name("tr")).collect()
}

fn dissolve(table: &NodeRef<'_>) {
    const PARTS: [&str; 6] = ["thead", "tbody", "tfoot", "tr", "td", "th"];
    let mut parts = vec![*table];
    while let Some(part) = parts.pop() {
        let inner = part.children_it(false);
        parts.extend(inner.filter(|child| PARTS.iter().any(|name| child.has_name(name))));
        part.rename("div");
    }
}

/// Adds empty cells where others go over several columns or rows, and at the ends of short rows.
fn square(table: &NodeRef<'_>, added: &mut usize) {
    let rows = rows(table);
    // For each column, how many of the next rows a cell above goes over.
    let mut above = Vec::<usize>::new();
    let mut widths = Vec::with_capacity(rows.len());
    for row in &rows {
        let cells = row.children_it(false).filter(is_cell).collect::<Vec<_>>();
        let name = match cells.iter().all(|cell| cell.has_name("th")) && !cells.is_empty() {
            true => "th",
            false => "td",
        };
        let mut column = 0;
        for cell in &cells {
            while above.get(column).is_some_and(|rows| *rows > 0) {
                above[column] -= 1;
                cell.insert_before(&row.tree.new_element(name));
                *added += 1;
                column += 1;
            }
            let columns = number(cell, "colspan").min(COLUMNS);
            let over = number(cell, "rowspan").min(ROWS) - 1;
            for further in 0..columns {
                if above.len() <= column {
                    above.push(0);
                }
                above[column] = over;
                column += 1;
                if further > 0 {
                    cell.insert_after(&row.tree.new_element(name));
                    *added += 1;
                }
            }
            if column > COLUMNS || *added > ADDED {
                return;
            }
        }
        for rows in above.iter_mut().skip(column).filter(|rows| **rows > 0) {
            *rows -= 1;
        }
        widths.push((column, name));
    }
    let widest = widths.iter().map(|(width, _)| *width).max().unwrap_or(0);
    for (row, (width, name)) in rows.iter().zip(widths) {
        // A row without cells is none.
        if width == 0 {
            continue;
        }
        for _ in width..widest {
            if *added > ADDED {
                return;
            }
            row.append_child(&row.tree.new_element(name));
            *added += 1;
        }
    }
}

/// What an attribute says, which is one or more.
fn number(cell: &NodeRef<'_>, attribute: &str) -> usize {
    let said = cell.attr(attribute).and_then(|value| value.trim().parse().ok());
    said.filter(|number| *number > 0).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use dom_query::Document;

    use super::*;

    fn markdown(html: &str) -> String {
        let document = Document::from(html);
        prepare(&document.root());
        document.md(None).replace("\n\n\n", "\n\n")
    }

    #[test]
    fn cells_that_go_over_others_leave_those_empty() {
        let table = "<table><caption>Fruit</caption><tr><th colspan=2>name<th>price\
                     <tr><td rowspan=2>apple<td>red<td>2<tr><td>green<td rowspan=2>3<tr><td>pear<td>-<tr><td>plum\
                     </table>";
        assert_eq!(
            markdown(table),
            "Fruit\n\n| name |  | price |\n| ---- | - | ----- |\n| apple | red | 2 |\n|  | green | 3 |\n\
             | pear | \\- |  |\n| plum |  |  |"
        );
    }

    #[test]
    fn a_table_around_another_is_no_table() {
        let page = "<table><tr><td>menu<td><table><tr><th>a<th>b<tr><td>1<td>2</table></table>";
        assert_eq!(markdown(page), "menu\n\n| a | b |\n| - | - |\n| 1 | 2 |");
    }

    #[test]
    fn spans_without_measure_add_no_cells_without_measure() {
        for html in [
            "<table><tr><td colspan=99999999999999999999>a<td colspan=-1>b<td colspan=x>c"
                .to_owned(),
            "<table><tr><td colspan=100 rowspan=65534>a".to_owned() + &"<tr><td>b".repeat(10_000),
            "<table>".to_owned() + &"<tr><td colspan=100>b".repeat(10_000),
        ] {
            let document = Document::from(html.as_str());
            let before = document.tree.len();
            prepare(&document.root());
            assert!(document.tree.len() < before + ADDED + 2 * COLUMNS, "{}", document.tree.len());
        }
    }
}
