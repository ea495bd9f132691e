//! Questions of an agent to whoever sits at the terminal.

use std::sync::Arc;

use fumehood_tools::asking::{UserInput, UserQuestion};
use tokio::sync::Mutex;

use crate::printer::Printer;
use crate::units;

/// The tool. Questions are asked one after the other.
pub(super) fn at_the_terminal(printer: &Arc<Printer>) -> UserInput {
    let turns = Arc::new(Mutex::new(()));
    let printer = Arc::clone(printer);
    UserInput::new(move |question| {
        let (turns, printer) = (Arc::clone(&turns), Arc::clone(&printer));
        async move {
            let _turn = turns.lock().await;
            tokio::task::block_in_place(|| answer(&question, &printer))
        }
    })
}

/// Asks until there is an answer that the question can have. None: nobody answers.
fn answer(question: &UserQuestion, printer: &Printer) -> Option<String> {
    printer.say(&format!("\nThe agent asks:\n{}", units::printable_text(&question.text)));
    let choices = &question.choices;
    for (number, choice) in choices.iter().enumerate() {
        printer.say(&format!("  {}. {}", number + 1, units::printable_text(choice)));
    }
    loop {
        let said = match choices.len() {
            0 => printer.ask("Your answer: "),
            count => printer.ask(&format!("Your answer, 1 to {count}: ")),
        };
        // That stdin cannot be read is nobody, too.
        let said = said.ok()??;
        if choices.is_empty() {
            return Some(said);
        }
        let chosen = said.parse::<usize>().ok().and_then(|number| number.checked_sub(1));
        let by_name = || choices.iter().find(|choice| **choice == said);
        match chosen.and_then(|at| choices.get(at)).or_else(by_name) {
            Some(choice) => return Some(choice.clone()),
            None => printer.say("fumehood: the number of an answer, or the answer itself"),
        }
    }
}
