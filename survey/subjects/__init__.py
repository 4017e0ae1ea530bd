"""Who is assessed (测评对象): units and cadres, their types, ranking groups and parents."""
