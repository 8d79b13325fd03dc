/* A particle filter of the Iraq model by hand: the yardstick of benchmarks/particle_filter.py.

   One set of parameters; arrivals times a monthly log-normal factor of mean one; four negative binomial series;
   systematic resampling where the effective sample size falls below half. Structure of arrays, loops over particles
   vectorised by OpenMP SIMD; what depends on no particle is hoisted by the compiler. */

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MONTHS = 60, EVERY = 4, SERIES = 4, STATES = 5 };

/* The order of the parameter vector; ensemble.py checks it against the simulator's names. */
enum {
    initial_foreign_fighters, normal_arrivals, elasticity_of_arrivals, elasticity_of_arrivals_to_forces,
    base_exit_hazard, disenchantment_exit_hazard, foreign_bombers_per_attack, initial_local_members,
    recruitment_rate, largest_membership, defection_rate, forces_matter, effect_of_rejection,
    effect_of_local_guards, base_removal_hazard, cover_of_sanctuary, attacks_per_foreign_fighter,
    clashes_per_member, deaths_per_clash, recorded_share_of_own_dead, killed_share_of_removals,
    one_death_per_person, initial_acceptance, normal_acceptance, time_to_recover_acceptance, backlash_strength,
    normal_civilian_deaths, acceptance_matters, initial_sanctuary, sanctuary_growth, clearing_by_forces,
    clearing_by_local_guards, sanctuary_matters, reputation_delay, floor_of_viability, month_of_first_closure,
    share_left_after_first_closure, month_of_second_closure, share_left_after_second_closure,
    time_for_a_closure_to_bite, CONSTANTS
};

static inline double max2(double a, double b) { return a > b ? a : b; }
static inline double min2(double a, double b) { return a < b ? a : b; }

static inline uint64_t mixed(uint64_t x)
{
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

static inline double uniform(uint64_t seed, uint64_t place)
{
    return ((double)(mixed(seed + (place + 1) * 0x9E3779B97F4A7C15u) >> 11) + 0.5) * 0x1p-53;
}

/* c (CONSTANTS); force and guards (MONTHS * EVERY + 1); counts (SERIES, MONTHS), negative where not seen; r (SERIES).
   Returns the log likelihood. */
double particle_filter(size_t n, uint64_t seed, const double *restrict c, const double *restrict force,
                       const double *restrict guards, const double *restrict counts, const double *restrict r, double scale)
{
    const double dt = 0.25;
    double *memory = malloc(sizeof(double) * n * (2 * STATES + SERIES + 2));
    double *restrict fighters = memory, *restrict locals = memory + n, *restrict acceptance = memory + 2 * n;
    double *restrict sanctuary = memory + 3 * n, *restrict viability = memory + 4 * n, *other = memory + 5 * n;
    double *restrict means = memory + 10 * n, *restrict factor = memory + 14 * n, *restrict logw = memory + 15 * n;
    for (size_t i = 0; i < n; i++) {
        fighters[i] = c[initial_foreign_fighters], locals[i] = c[initial_local_members];
        acceptance[i] = c[initial_acceptance], sanctuary[i] = c[initial_sanctuary], viability[i] = 1.0;
        logw[i] = -log((double)n);
    }
    double total = 0.0;
    for (int m = 0; m < MONTHS; m++) {
        uint64_t month = mixed(seed + (uint64_t)m * 2654435761u);
        double squares = 0.0;
        for (size_t i = 0; i < n; i++)
            squares += exp(2.0 * logw[i]);
        if (1.0 / squares < 0.5 * (double)n) {
            double u = uniform(month, 3 * n), sum = 0.0;
            size_t j = 0;
            for (size_t i = 0; i < n; i++) {
                sum += exp(logw[i]) * (double)n;
                while (j < n && ((double)j + u < sum || i == n - 1)) {
                    for (int s = 0; s < STATES; s++)
                        other[(size_t)s * n + j] = memory[(size_t)s * n + i];
                    j++;
                }
            }
            memcpy(memory, other, sizeof(double) * STATES * n);
            for (size_t i = 0; i < n; i++)
                logw[i] = -log((double)n);
        }
        memset(means, 0, sizeof(double) * SERIES * n);
#pragma omp simd
        for (size_t i = 0; i < n; i++) {
            double z = sqrt(-2.0 * log(uniform(month, i))) * cos(6.283185307179586 * uniform(month, n + i));
            factor[i] = exp(scale * z - 0.5 * scale * scale);
        }
        for (int step = 0; step < EVERY; step++) {
            const int k = m * EVERY + step;
            const double time = k * dt, level = force[k], guard = guards[k];
#pragma omp simd
            for (size_t i = 0; i < n; i++) {
                double F = fighters[i], L = locals[i], P = acceptance[i], H = sanctuary[i], V = viability[i];
                double bite = 1.0 / c[time_for_a_closure_to_bite];
                double first_closure = min2(1.0, max2(0.0, (time - c[month_of_first_closure]) * bite));
                double second_closure = min2(1.0, max2(0.0, (time - c[month_of_second_closure]) * bite));
                double access = (1.0 - (1.0 - c[share_left_after_first_closure]) * first_closure)
                    * (1.0 - (1.0 - c[share_left_after_second_closure]) * second_closure);
                double felt = 1.0 + c[forces_matter] * (level - 1.0);
                double accepted = c[initial_acceptance] + c[acceptance_matters] * (P - c[initial_acceptance]);
                double safe = c[initial_sanctuary] + c[sanctuary_matters] * (H - c[initial_sanctuary]);
                double tips = 1.0 + c[effect_of_rejection] * (1.0 - accepted) + c[effect_of_local_guards] * guard;
                double removal = c[base_removal_hazard] * felt * tips * (1.0 - c[cover_of_sanctuary] * safe);
                double leave = c[base_exit_hazard] + c[disenchantment_exit_hazard] * max2(0.0, 1.0 - V);
                double arrivals = c[normal_arrivals] * access
                    * pow(max2(V, c[floor_of_viability]), c[elasticity_of_arrivals])
                    * pow(felt, c[elasticity_of_arrivals_to_forces]);
                double attack_rate = c[attacks_per_foreign_fighter], bombers = c[foreign_bombers_per_attack];
                double foreign = F / max2(1.0, dt * (leave + removal + bombers * attack_rate));
                double departures = leave * foreign, removed_foreign = removal * foreign, attacks = attack_rate * foreign;
                double defecting = c[defection_rate] * guard;
                double local = L / max2(1.0, dt * (removal + defecting));
                double removed_local = removal * local, defections = defecting * local;
                double members = F + L;
                double recruitment = c[recruitment_rate] * L * accepted
                    * max2(0.0, 1.0 - members / c[largest_membership]);
                double clashes = c[clashes_per_member] * members, deaths = c[deaths_per_clash] * clashes;
                double own_dead = c[recorded_share_of_own_dead] * c[killed_share_of_removals]
                    * (removed_foreign + removed_local) * c[one_death_per_person];
                double lost = min2(1.0 / dt, c[backlash_strength] * deaths / c[normal_civilian_deaths]) * P;
                double recovering = (c[normal_acceptance] - P) / c[time_to_recover_acceptance];
                double gained = min2(1.0 / dt, c[sanctuary_growth] * accepted) * (1.0 - H);
                double cleared = min2(1.0 / dt, c[clearing_by_forces] * felt + c[clearing_by_local_guards] * guard) * H;
                double heard = (H / c[initial_sanctuary] - V) / max2(c[reputation_delay], dt);
                double noisy = arrivals * factor[i];
                means[i] += attacks / EVERY, means[n + i] += clashes / EVERY;
                means[2 * n + i] += deaths / EVERY, means[3 * n + i] += own_dead / EVERY;
                fighters[i] = F + dt * (noisy - departures - removed_foreign - bombers * attacks);
                locals[i] = L + dt * (recruitment - removed_local - defections);
                acceptance[i] = P + dt * (recovering - lost);
                sanctuary[i] = H + dt * (gained - cleared);
                viability[i] = V + dt * heard;
            }
        }
        for (int s = 0; s < SERIES; s++) {
            const double y = counts[s * MONTHS + m], d = r[s];
            if (y < 0)
                continue;
            const double constant = lgamma(y + d) - lgamma(d) - lgamma(y + 1.0);
#pragma omp simd
            for (size_t i = 0; i < n; i++) {
                double mu = max2(means[(size_t)s * n + i], 1e-8);
                logw[i] += constant + y * log(mu) + d * log(d) - (y + d) * log(mu + d);
            }
        }
        double top = -INFINITY, sum = 0.0;
        for (size_t i = 0; i < n; i++)
            top = max2(top, logw[i]);
        for (size_t i = 0; i < n; i++)
            sum += exp(logw[i] - top);
        double gain = top + log(sum);
        total += gain;
        for (size_t i = 0; i < n; i++)
            logw[i] -= gain;
    }
    free(memory);
    return total;
}
