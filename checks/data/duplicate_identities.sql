select
    patient_id as id,
    'its identifier stands on another patient too' as why
from patient
where (identifier_domain, identifier) in (
    select identifier_domain, identifier
    from patient
    group by identifier_domain, identifier
    having count(*) > 1
)
