"""The people of the office: who may do what, where; what they did; what needs two of them (工作人员)."""
