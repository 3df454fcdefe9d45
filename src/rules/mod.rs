//! Rule cards: what is wrong, when, where to point, why, how to mend.
