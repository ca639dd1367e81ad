"""One psql that stays open: starting one for each question would cost more than the question."""
import subprocess


class SqlSession:
    END = "--end--"

    def __init__(self, server, database="belfry", port=None):
        """`server` is a socket's directory or an address."""
        command = ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", str(server), "-U", "postgres"]
        if port:
            command += ["-p", str(port)]
        self.psql = subprocess.Popen([*command, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                     stderr=subprocess.STDOUT, text=True)

    def rows(self, statements):
        """Runs statements; the rows they return, each a list of texts."""
        self.psql.stdin.write(statements.rstrip().rstrip(";") + f";\n\\echo {self.END}\n")
        self.psql.stdin.flush()
        rows = []
        for line in self.psql.stdout:
            if line.rstrip("\n") == self.END:
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        raise RuntimeError(f"psql ended: {rows[-5:]}")

    def value(self, statement):
        return self.rows(statement)[0][0]

    def close(self):
        self.psql.stdin.close()
        self.psql.wait()
