"""A Django app that tells the kitchen: put ``kitchen_backend`` into INSTALLED_APPS and call `send_to_kitchen`.

It works with the tables ``pos_bill``, ``pos_billitem`` and ``core_product`` of the project it is put into, and with the
contract that ``kitchen-printer migrate`` made. It knows stations and tickets, and of printers nothing.
"""
