"""One psql that stays open: starting one for each question would cost more than the question."""
import subprocess


class SqlSession:
    END = "--end--"

    def __init__(self, socket_directory, database="belfry"):
        self.psql = subprocess.Popen(
            ["psql", "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-h", str(socket_directory), "-U", "postgres", database],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

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
