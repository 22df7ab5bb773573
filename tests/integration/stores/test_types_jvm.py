"""The cases of every engine on Spark's JVM, whose tables hold what they were given."""

from __future__ import annotations

from support.spark_cases import (  # noqa: F401 - tests that are collected here
    test_a_merge_leaves_the_other_rows_of_a_file_as_they_are,
    test_a_partition_of_another_type_is_refused,
    test_a_partition_that_is_not_kept_is_refused,
    test_a_type_that_cannot_be_stored_is_refused,
    test_an_empty_text_that_tells_a_partition_is_refused,
    test_bytes_that_are_no_text_are_refused,
    test_each_file_is_read_by_its_own_header,
    test_every_type_of_text_is_read,
    test_names_of_columns_are_names_and_no_paths,
    test_raw_data_that_does_not_fit_is_refused,
    test_what_is_not_declared_is_kept_where_it_is_said,
    test_what_is_written_is_read,
)
