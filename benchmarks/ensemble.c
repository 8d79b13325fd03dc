/* The Iraq model (studies/iraq-2008/model.mdl) by hand: the yardstick of benchmarks/ensemble.py.

   Double precision, structure of arrays. A block of WIDTH runs steps through time together; its stocks live in
   small local arrays, and the loop over the block is vectorised by OpenMP SIMD (powers by libmvec). Blocks are
   shared between threads. What can leave the time loop has left it, as -ffast-math allows. */

#include <math.h>
#include <stddef.h>

#ifndef WIDTH
#define WIDTH 64
#endif

enum { STEPS = 240, EVERY = 4, SAVES = STEPS / EVERY + 1, OUTPUTS = 10 };

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

static void block(size_t runs, size_t first, const double *restrict constants, const double *restrict force,
                  const double *restrict guards, double *restrict out)
{
    const double dt = 0.25;
    double c[CONSTANTS][WIDTH], fighters[WIDTH], locals[WIDTH], acceptance[WIDTH], sanctuary[WIDTH], viability[WIDTH];
    size_t width = runs - first < WIDTH ? runs - first : WIDTH;
    for (size_t p = 0; p < CONSTANTS; p++)
        for (size_t i = 0; i < WIDTH; i++)
            c[p][i] = constants[p * runs + first + (i < width ? i : 0)];
    for (size_t i = 0; i < WIDTH; i++) {
        fighters[i] = c[initial_foreign_fighters][i];
        locals[i] = c[initial_local_members][i];
        acceptance[i] = c[initial_acceptance][i];
        sanctuary[i] = c[initial_sanctuary][i];
        viability[i] = 1.0;
    }
    for (int k = 0; k <= STEPS; k++) {
        const double time = k * dt, level = force[k], guard = guards[k];
        double saved[OUTPUTS][WIDTH];
#pragma omp simd
        for (size_t i = 0; i < WIDTH; i++) {
            double F = fighters[i], L = locals[i], P = acceptance[i], H = sanctuary[i], V = viability[i];
            double bite = 1.0 / c[time_for_a_closure_to_bite][i];
            double first_closure = min2(1.0, max2(0.0, (time - c[month_of_first_closure][i]) * bite));
            double second_closure = min2(1.0, max2(0.0, (time - c[month_of_second_closure][i]) * bite));
            double access = (1.0 - (1.0 - c[share_left_after_first_closure][i]) * first_closure)
                * (1.0 - (1.0 - c[share_left_after_second_closure][i]) * second_closure);
            double felt = 1.0 + c[forces_matter][i] * (level - 1.0);
            double accepted = c[initial_acceptance][i] + c[acceptance_matters][i] * (P - c[initial_acceptance][i]);
            double safe = c[initial_sanctuary][i] + c[sanctuary_matters][i] * (H - c[initial_sanctuary][i]);
            double tips = 1.0 + c[effect_of_rejection][i] * (1.0 - accepted) + c[effect_of_local_guards][i] * guard;
            double removal = c[base_removal_hazard][i] * felt * tips * (1.0 - c[cover_of_sanctuary][i] * safe);
            double leave = c[base_exit_hazard][i] + c[disenchantment_exit_hazard][i] * max2(0.0, 1.0 - V);
            double arrivals = c[normal_arrivals][i] * access
                * pow(max2(V, c[floor_of_viability][i]), c[elasticity_of_arrivals][i])
                * pow(felt, c[elasticity_of_arrivals_to_forces][i]);
            double attack_rate = c[attacks_per_foreign_fighter][i], bombers = c[foreign_bombers_per_attack][i];
            double foreign = F / max2(1.0, dt * (leave + removal + bombers * attack_rate));
            double departures = leave * foreign, removed_foreign = removal * foreign, attacks = attack_rate * foreign;
            double defecting = c[defection_rate][i] * guard;
            double local = L / max2(1.0, dt * (removal + defecting));
            double removed_local = removal * local, defections = defecting * local;
            double members = F + L;
            double recruitment = c[recruitment_rate][i] * L * accepted
                * max2(0.0, 1.0 - members / c[largest_membership][i]);
            double clashes = c[clashes_per_member][i] * members, deaths = c[deaths_per_clash][i] * clashes;
            double own_dead = c[recorded_share_of_own_dead][i] * c[killed_share_of_removals][i]
                * (removed_foreign + removed_local) * c[one_death_per_person][i];
            double lost = min2(1.0 / dt, c[backlash_strength][i] * deaths / c[normal_civilian_deaths][i]) * P;
            double recovering = (c[normal_acceptance][i] - P) / c[time_to_recover_acceptance][i];
            double gained = min2(1.0 / dt, c[sanctuary_growth][i] * accepted) * (1.0 - H);
            double cleared = min2(1.0 / dt, c[clearing_by_forces][i] * felt + c[clearing_by_local_guards][i] * guard) * H;
            double heard = (H / c[initial_sanctuary][i] - V) / max2(c[reputation_delay][i], dt);
            saved[0][i] = attacks, saved[1][i] = clashes, saved[2][i] = deaths, saved[3][i] = own_dead;
            saved[4][i] = arrivals, saved[5][i] = F, saved[6][i] = members, saved[7][i] = departures;
            saved[8][i] = H, saved[9][i] = V;
            fighters[i] = F + dt * (arrivals - departures - removed_foreign - bombers * attacks);
            locals[i] = L + dt * (recruitment - removed_local - defections);
            acceptance[i] = P + dt * (recovering - lost);
            sanctuary[i] = H + dt * (gained - cleared);
            viability[i] = V + dt * heard;
        }
        if (k % EVERY == 0)
            for (size_t o = 0; o < OUTPUTS; o++)
                for (size_t i = 0; i < width; i++)
                    out[((size_t)(k / EVERY) * OUTPUTS + o) * runs + first + i] = saved[o][i];
    }
}

/* constants (CONSTANTS, runs); force and guards (STEPS + 1); out (SAVES, OUTPUTS, runs). */
void ensemble(size_t runs, const double *constants, const double *force, const double *guards, double *out)
{
#pragma omp parallel for schedule(static)
    for (size_t first = 0; first < runs; first += WIDTH)
        block(runs, first, constants, force, guards, out);
}
