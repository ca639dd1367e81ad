#include "check/forbidden_imports.h"

namespace belfry::check {
namespace {

constexpr std::string_view kNetwork = "the host makes all exchanges: emit them";
constexpr std::string_view kProcess = "a plugin starts no processes";
constexpr std::string_view kThread = "a plugin starts no threads";
constexpr std::string_view kSignal = "signals belong to the host";
constexpr std::string_view kGlobal = "it changes the whole process";
constexpr std::string_view kFile = "a plugin needs no files";
constexpr std::string_view kClock = "clock and random numbers come from bf_ops, so that operations can be replayed";
constexpr std::string_view kLoad = "it would load code past every check";
constexpr std::string_view kThreadLocal = "a thread_local with a destructor outlives the plugin's say over its threads";

constexpr ForbiddenImport kForbidden[] = {
    {"socket", kNetwork, true},
    {"socketpair", kNetwork, true},
    {"connect", kNetwork, true},
    {"bind", kNetwork, true},
    {"listen", kNetwork, true},
    {"accept", kNetwork, true},
    {"accept4", kNetwork, true},
    {"send", kNetwork, true},
    {"sendto", kNetwork, true},
    {"sendmsg", kNetwork, true},
    {"sendmmsg", kNetwork, true},
    {"recv", kNetwork, true},
    {"recvfrom", kNetwork, true},
    {"recvmsg", kNetwork, true},
    {"getaddrinfo", kNetwork, true},
    {"gethostbyname", kNetwork, true},
    {"gethostbyname_r", kNetwork, true},
    {"fork", kProcess, true},
    {"_Fork", kProcess, true},
    {"vfork", kProcess, true},
    {"clone", kProcess, true},
    {"execve", kProcess, true},
    {"execv", kProcess, true},
    {"execvp", kProcess, true},
    {"execvpe", kProcess, true},
    {"execl", kProcess, true},
    {"execlp", kProcess, true},
    {"execle", kProcess, true},
    {"execveat", kProcess, true},
    {"fexecve", kProcess, true},
    {"posix_spawn", kProcess, true},
    {"posix_spawnp", kProcess, true},
    {"system", kProcess, true},
    {"popen", kProcess, true},
    {"daemon", kProcess, true},
    {"wait", kProcess, true},
    {"waitpid", kProcess, true},
    {"ptrace", kProcess, true},
    {"pthread_create", kThread, true},
    {"thrd_create", kThread, true},
    {"signal", kSignal, true},
    {"sigaction", kSignal, true},
    {"__sysv_signal", kSignal, true},
    {"bsd_signal", kSignal, true},
    {"sigprocmask", kSignal, true},
    {"pthread_sigmask", kSignal, true},
    {"sigaltstack", kSignal, true},
    {"raise", kSignal, true},
    {"kill", kSignal, true},
    {"alarm", kSignal, true},
    {"setitimer", kSignal, true},
    {"timer_create", kSignal, true},
    {"setlocale", kGlobal, true},
    {"setenv", kGlobal, true},
    {"unsetenv", kGlobal, true},
    {"putenv", kGlobal, true},
    {"chdir", kGlobal, true},
    {"umask", kGlobal, true},
    {"atexit", kGlobal, true},
    {"exit", kGlobal, true},
    {"_exit", kGlobal, true},
    {"quick_exit", kGlobal, true},
    {"setuid", kGlobal, true},
    {"setgid", kGlobal, true},
    {"setrlimit", kGlobal, true},
    {"setrlimit64", kGlobal, true},
    {"prctl", kGlobal, true},
    {"pthread_atfork", kGlobal, true},
    {"syscall", kGlobal, true},
    {"dlopen", kLoad, true},
    {"dlmopen", kLoad, true},
    {"dlsym", kLoad, true},
    {"__cxa_thread_atexit", kThreadLocal, true},
    {"__cxa_thread_atexit_impl", kThreadLocal, true},
    {"_ZNSt6thread15_M_start_threadESt10unique_ptrINS_6_StateESt14default_deleteIS1_EEPFvvE", kThread, true},
    {"_ZNSt6locale6globalERKS_", kGlobal, true},
    {"open", kFile, false},
    {"open64", kFile, false},
    {"openat", kFile, false},
    {"openat64", kFile, false},
    {"creat", kFile, false},
    {"fopen", kFile, false},
    {"fopen64", kFile, false},
    {"unlink", kFile, false},
    {"rename", kFile, false},
    {"opendir", kFile, false},
    {"getenv", kFile, false},
    {"secure_getenv", kFile, false},
    {"time", kClock, false},
    {"clock_gettime", kClock, false},
    {"gettimeofday", kClock, false},
    {"clock", kClock, false},
    {"rand", kClock, false},
    {"random", kClock, false},
    {"getrandom", kClock, false},
    {"getentropy", kClock, false},
    {"arc4random", kClock, false},
    {"arc4random_buf", kClock, false},
    {"sleep", kClock, false},
    {"usleep", kClock, false},
    {"nanosleep", kClock, false},
    {"clock_nanosleep", kClock, false},
    {"_ZNSt6chrono3_V212system_clock3nowEv", kClock, false},
    {"_ZNSt6chrono3_V212steady_clock3nowEv", kClock, false},
    {"_ZNSt13random_device7_M_initERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEE", kClock, false},
};

}  // namespace

const ForbiddenImport* findForbidden(std::string_view symbol) {
  for (const auto& rule : kForbidden)
    if (rule.name == symbol) return &rule;
  return nullptr;
}

}  // namespace belfry::check
