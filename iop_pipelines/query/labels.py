"""Labels of columns in English and French: those of IOP's own sources, and what is made of others."""

from collections.abc import Mapping
from dataclasses import dataclass

from iop_pipelines.domain.languages import LabelTranslations


@dataclass(frozen=True)
class Label:
    """`fr` is the same as `en` where somebody else than IOP chose the words."""

    en: str
    fr: str

    @classmethod
    def given(cls, text: str) -> "Label":
        return cls(text, text)

    @classmethod
    def own(cls, text: str) -> "Label":
        """Raises KeyError for a text that has no French yet."""
        return cls(text, _FRENCH[text])

    @classmethod
    def known(cls, text: str) -> "Label":
        """Of a text that an earlier or later release may have stored."""
        return cls(text, _FRENCH.get(text, text))

    @property
    def translations(self) -> LabelTranslations | None:
        """None for what is the same in both."""
        return None if self.fr == self.en else {"fr": {"label": self.fr}}

    def by(self, bucket: str) -> "Label":
        """`Started (UTC), by week`; a day says nothing that its dates do not."""
        if bucket == "day":
            return self
        return Label(f"{self.en}, by {bucket}", f"{self.fr}, par {_BUCKETS[bucket]}")

    def aggregated(self, aggregate: str) -> "Label":
        """`Highest duration`; sum, mean, min or max."""
        english, french = _AGGREGATES[aggregate]
        return Label(f"{english} {self.en.lower()}", f"{self.fr} ({french})")

    @property
    def before(self) -> "Label":
        return Label(f"{self.en}, before", f"{self.fr}, avant")


_BUCKETS: Mapping[str, str] = {
    "hour": "heure",
    "week": "semaine",
    "month": "mois",
    "quarter": "trimestre",
    "year": "année",
}
_AGGREGATES: Mapping[str, tuple[str, str]] = {
    "sum": ("Total", "total"),
    "mean": ("Mean", "moyenne"),
    "min": ("Lowest", "minimum"),
    "max": ("Highest", "maximum"),
}
_FRENCH: Mapping[str, str] = {
    "Actual": "Observé",
    "Attempt": "Tentative",
    "Category": "Catégorie",
    "Change": "Évolution",
    "Completeness": "Complétude",
    "Confidence": "Confiance",
    "Created (UTC)": "Créée (UTC)",
    "DRM run": "Exécution DRM",
    "Data from": "Données du",
    "Data quality": "Qualité des données",
    "Data to": "Données au",
    "Data version": "Version des données",
    "Dataset": "Jeu de données",
    "Delivered what was there already": "A livré ce qui était déjà là",
    "Description": "Description",
    "Duration": "Durée",
    "Ended": "Terminées",
    "Ended after its SLA by": "Retard sur l’échéance",
    "Ended at (UTC)": "Fin (UTC)",
    "Error": "Erreur",
    "Execution": "Exécution",
    "Executions": "Exécutions",
    "Expected": "Attendu",
    "Failed": "En échec",
    "Finding": "Constat",
    "Findings": "Constats",
    "Finished (UTC)": "Fin (UTC)",
    "First seen": "Vue la première fois",
    "Format": "Format",
    "Generated (UTC)": "Produit (UTC)",
    "Generated reports": "Rapports produits",
    "Highest score": "Score le plus haut",
    "Highest severity": "Gravité la plus haute",
    "Id": "Numéro",
    "Input": "Entrée",
    "Kind": "Nature",
    "Last seen": "Vue la dernière fois",
    "Longest duration": "Durée la plus longue",
    "Lower bound": "Borne inférieure",
    "Lowest score": "Score le plus bas",
    "Mean actual": "Observé, en moyenne",
    "Mean completeness": "Complétude moyenne",
    "Mean duration": "Durée moyenne",
    "Mean expected": "Attendu, en moyenne",
    "Mean score": "Score moyen",
    "Mean timeliness": "Ponctualité moyenne",
    "Mean uniqueness": "Unicité moyenne",
    "Mean validity": "Validité moyenne",
    "Measure": "Mesure",
    "Model": "Modèle",
    "Model executions": "Exécutions de modèles",
    "Model outputs": "Sorties de modèles",
    "Model type": "Type de modèle",
    "Occurrences": "Occurrences",
    "Output": "Sortie",
    "Period": "Période",
    "Phase": "Phase",
    "Pipeline": "Pipeline",
    "Pipeline runs": "Exécutions de pipelines",
    "Points": "Points",
    "Quality score": "Score de qualité",
    "Recommendation": "Recommandation",
    "Recommendations": "Recommandations",
    "Reports": "Rapports",
    "Requested (UTC)": "Demandée (UTC)",
    "Resolved (UTC)": "Résolue (UTC)",
    "Rows": "Lignes",
    "Rows ingested": "Lignes reçues",
    "Runs": "Exécutions",
    "Scheduled for (UTC)": "Prévue (UTC)",
    "Score": "Score",
    "Scored (UTC)": "Notée (UTC)",
    "Scores": "Notes",
    "Series": "Série",
    "Severity": "Gravité",
    "Severity rank": "Rang de gravité",
    "Since": "Depuis",
    "Size": "Taille",
    "Slot (UTC)": "Échéance (UTC)",
    "Source": "Source",
    "Started (UTC)": "Début (UTC)",
    "Status": "Statut",
    "Superseded": "Remplacées",
    "Superseded by DRM run": "Remplacée par l’exécution DRM",
    "Template": "Modèle de rapport",
    "Timeliness": "Ponctualité",
    "Trigger": "Déclencheur",
    "Uniqueness": "Unicité",
    "Unit": "Unité",
    "Updated (UTC)": "Mise à jour (UTC)",
    "Upper bound": "Borne supérieure",
    "Validity": "Validité",
    "Value": "Valeur",
    "Version": "Version",
}
