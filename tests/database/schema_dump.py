"""The schema of the contract as text, from the catalog: the same on every version of PostgreSQL."""

from typing import Any, Final, LiteralString

import psycopg

# What belongs to the contract: everything in the schema but the tables of the point of sale.
RELATIONS: Final[LiteralString] = """
SELECT oid, relname::text AS name, reloptions,
       CASE relkind WHEN 'v' THEN 'VIEW' WHEN 'c' THEN 'TYPE' ELSE 'TABLE' END AS kind FROM pg_class
 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v', 'c') AND relname !~ '^(pos|core)_'
"""

PARTS: Final[tuple[LiteralString, ...]] = (
    # Roles
    """
    SELECT 'ROLE ' || rolname || CASE WHEN rolcanlogin THEN ' LOGIN' ELSE ' NOLOGIN' END
           || CASE WHEN rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls THEN ' POWERFUL' ELSE '' END
      FROM pg_roles WHERE rolname IN ('kitchen_owner', 'kitchen_backend', 'kitchen_service', 'kitchen_operator',
                                      'kitchen_reader') ORDER BY rolname
    """,
    # Tables and views, column by column, then constraints, indexes and triggers
    """
    SELECT line FROM (
        SELECT r.name, 1 AS part, 0 AS place, E'\\n' || r.kind || ' ' || r.name
               || coalesce(' WITH ' || r.reloptions::text, '') AS line
          FROM relation r
        UNION ALL
        SELECT r.name, 2, row_number() OVER (PARTITION BY r.oid ORDER BY a.attnum),
               '    ' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
               || CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END
               || CASE a.attidentity WHEN 'a' THEN ' IDENTITY ALWAYS' WHEN 'd' THEN ' IDENTITY' ELSE '' END
               || coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '')
          FROM relation r JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum > 0 AND NOT a.attisdropped
          LEFT JOIN pg_attrdef d ON d.adrelid = r.oid AND d.adnum = a.attnum
        UNION ALL
        SELECT r.name, 3, row_number() OVER (PARTITION BY r.oid ORDER BY c.conname),
               '    CONSTRAINT ' || c.conname || ' ' || pg_get_constraintdef(c.oid)
          FROM relation r JOIN pg_constraint c ON c.conrelid = r.oid AND c.contype IN ('c', 'f', 'p', 'u', 'x')
        UNION ALL
        SELECT r.name, 4, row_number() OVER (PARTITION BY r.oid ORDER BY i.relname), '    ' || pg_get_indexdef(i.oid)
          FROM relation r JOIN pg_index x ON x.indrelid = r.oid JOIN pg_class i ON i.oid = x.indexrelid
         WHERE NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.oid AND c.contype IN ('p', 'u', 'x'))
        UNION ALL
        SELECT r.name, 5, row_number() OVER (PARTITION BY r.oid ORDER BY t.tgname), '    ' || pg_get_triggerdef(t.oid)
          FROM relation r JOIN pg_trigger t ON t.tgrelid = r.oid AND NOT t.tgisinternal
        ) lines ORDER BY name COLLATE "C", part, place
    """,
    # Functions: signature, manner, and a hash of the body, so that a changed body shows
    """
    SELECT E'\\nFUNCTION ' || p.proname || '(' || pg_get_function_arguments(p.oid) || ')'
           || ' RETURNS ' || pg_get_function_result(p.oid) || E'\\n    LANGUAGE ' || l.lanname
           || CASE p.provolatile WHEN 'i' THEN ' IMMUTABLE' WHEN 's' THEN ' STABLE' ELSE ' VOLATILE' END
           || CASE WHEN p.prosecdef THEN ' SECURITY DEFINER' ELSE '' END
           || coalesce(' SET ' || array_to_string(p.proconfig, ', '), '') || ' BODY ' || md5(p.prosrc)
      FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
     WHERE p.pronamespace = 'public'::regnamespace ORDER BY p.proname, p.oid::regprocedure::text COLLATE "C"
    """,
    # Grants, PUBLIC included, on relations, columns and functions
    """
    SELECT CASE WHEN row_number() OVER w = 1 THEN E'\\n' ELSE '' END || line FROM (
        SELECT 1 AS part, 'GRANT ' || string_agg(a.privilege_type, ', ' ORDER BY a.privilege_type) || ' ON ' || r.name
               || ' TO ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END AS line
          FROM relation r JOIN pg_class c USING (oid) CROSS JOIN LATERAL aclexplode(c.relacl) a
         WHERE a.grantee <> c.relowner GROUP BY r.name, a.grantee
        UNION ALL
        SELECT 2, 'GRANT ' || a.privilege_type || ' (' || string_agg(c.attname, ', ' ORDER BY c.attnum) || ') ON '
               || r.name || ' TO ' || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
          FROM relation r JOIN pg_attribute c ON c.attrelid = r.oid CROSS JOIN LATERAL aclexplode(c.attacl) a
         GROUP BY r.name, a.privilege_type, a.grantee
        UNION ALL
        SELECT 3, 'GRANT EXECUTE ON ' || p.oid::regprocedure || ' TO '
               || CASE a.grantee WHEN 0 THEN 'PUBLIC' ELSE a.grantee::regrole::text END
          FROM pg_proc p CROSS JOIN LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) a
         WHERE p.pronamespace = 'public'::regnamespace AND a.grantee <> p.proowner
        ) grants WINDOW w AS (ORDER BY part, line COLLATE "C") ORDER BY part, line COLLATE "C"
    """,
)


def dump_schema(connection: psycopg.Connection[Any]) -> str:
    """Everything of the contract that a migration can change, one thing per line."""
    lines = [
        "-- Written by tests/database/test_contract_schema.py from the catalog of a migrated database; never by hand."
    ]
    for part in PARTS:
        statement: LiteralString = "WITH relation AS (" + RELATIONS + ") " + part
        lines += [line for (line,) in connection.execute(statement).fetchall()]
    return "\n".join(lines) + "\n"
