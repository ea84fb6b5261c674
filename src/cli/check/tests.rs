use super::*;
use crate::cli::testing::{output_of, shipped, simscale, written};

#[test]
fn rates_read_well() {
    assert_eq!(per_second(333.333), "333.3/s");
    assert_eq!(per_second(0.5), "0.5/s");
    assert_eq!(per_second(33_333.3), "33,333/s");
    assert_eq!(per_second(1_666_666.7), "1,666,667/s");
}
