"""STEP 6, reports (报告): the figures of a score as tables and charts, small cells hidden, methods printed beside."""
